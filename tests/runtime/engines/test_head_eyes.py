"""Lids, lashes, irises and where they look, measured on the head engine's pictures."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from face.avatar import load_avatar
from face.lid_places import lid_places
from face.rig import load_rig, save_rig
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.head import HeadEngine
from tests.motions import motion
from tests.runtime.engines.head_pictures import GREEN, SIZE, Picture, eye_windows, is_eye, is_iris, painted

#: What could hold lids open or pull them apart.
TENSIONS: tuple[dict[str, float], ...] = (
    {},
    {"expression_eyeWideLeft": 1.0, "expression_eyeWideRight": 1.0},
    {"gaze_pitch": 0.4},
    {"gaze_pitch": -0.4, "gaze_yaw": 0.5},
    {"expression_eyeSquintLeft": 1.0, "expression_eyeSquintRight": 1.0},
    {"expression_browDownLeft": 1.0, "expression_cheekSquintLeft": 1.0},
)


@pytest.mark.parametrize(
    "turned", [{}, {"pose_yaw": 0.35}, {"pose_yaw": -0.35}, {"pose_pitch": 0.25}, {"pose_pitch": -0.25}]
)
def test_closed_lids_show_no_eye(
    green_eyes: Path, drawn: Callable[..., Picture], turned: dict[str, float]
) -> None:
    assert is_eye(drawn(green_eyes, **turned)).sum() > 200
    shut = {"expression_eyeBlinkLeft": 1.0, "expression_eyeBlinkRight": 1.0}
    shown = [int(is_eye(drawn(green_eyes, **shut, **turned, **also)).sum()) for also in TENSIONS]
    assert shown == [0] * len(TENSIONS)


def test_a_wink_closes_the_subjects_left_eye_only(green_eyes: Path, drawn: Callable[..., Picture]) -> None:
    neutral = drawn(green_eyes)
    rows, right_eye, left_eye = eye_windows(neutral)
    shut = is_eye(drawn(green_eyes, expression_eyeBlinkLeft=1.0))
    assert shut[rows, left_eye].sum() == 0
    assert shut[rows, right_eye].sum() > 0.97 * is_eye(neutral)[rows, right_eye].sum()


def test_blinking_goes_gradually(green_eyes: Path, drawn: Callable[..., Picture]) -> None:
    shown = [
        is_eye(drawn(green_eyes, expression_eyeBlinkLeft=w, expression_eyeBlinkRight=w)).sum()
        for w in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert all(later < earlier for earlier, later in itertools.pairwise(shown))


def middles(picture: Picture, windows: tuple[slice, slice, slice]) -> NDArray[np.float64]:
    """Centroid (x, y) of each iris, (2, 2)."""
    rows, right_eye, left_eye = windows
    found = []
    for columns in (right_eye, left_eye):
        y, x = np.nonzero(is_iris(picture)[rows, columns])
        assert len(x) > 30
        found.append((x.mean(), y.mean()))
    return np.array(found)


@pytest.mark.parametrize(
    ("channel", "axis", "value", "sign"),
    [("yaw", 0, 0.25, 1), ("yaw", 0, -0.25, -1), ("pitch", 1, 0.2, -1), ("pitch", 1, -0.2, 1)],
)
def test_both_irises_go_where_the_gaze_goes(
    green_eyes: Path, drawn: Callable[..., Picture], channel: str, axis: int, value: float, sign: int
) -> None:
    neutral = drawn(green_eyes)
    windows = eye_windows(neutral)
    moved = middles(drawn(green_eyes, **{f"gaze_{channel}": value}), windows) - middles(neutral, windows)
    assert (sign * moved[:, axis] > 1.5).all()
    assert np.abs(moved[0] - moved[1]).max() < 2.5  # together


def test_an_iris_stays_round(green_eyes: Path, engine: HeadEngine) -> None:
    """Sideways at a moderate gaze, between wide open lids, an iris is as wide as before, short of cos(gaze)."""
    wide = {"expression_eyeWideLeft": 1.0, "expression_eyeWideRight": 1.0}
    engine.set_avatar(load_avatar(green_eyes))
    neutral = engine.render(motion(**wide), 0.0).copy()
    rows, _, left_eye = eye_windows(neutral)

    def width(picture: Picture) -> float:
        """Of the rows around the iris' middle."""
        shown = is_iris(picture)[rows, left_eye]
        return float(np.sort(shown.sum(1))[-5:].mean())

    before = width(neutral)
    for yaw in (-0.2, 0.2):
        assert width(engine.render(motion(gaze_yaw=yaw, **wide), 0.0)) == pytest.approx(before, rel=0.12)


def without_picture_of_lids(avatar: Path, folder: Path) -> Path:
    """A copy of an avatar as older versions made them: a colour for each vertex of its lids, and no picture."""
    shutil.copytree(avatar, folder)
    manifest = folder / "avatar.toml"
    lines = manifest.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("lids = ")]
    assert len(kept) == len(lines) - 1
    manifest.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("with_picture", [True, False])
def test_a_lid_is_painted_as_it_shuts_and_only_then(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture], with_picture: bool
) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    paint = rig.lid_paint.copy()
    assert (paint[:, 3] > 0).any()
    blue, plain = tmp_path / "blue", tmp_path / "plain"
    if with_picture:
        shutil.copytree(drawn_avatar, blue)
        picture = np.array(Image.open(blue / "lids.png"))
        picture[..., :3] = (0, 0, 255)
        Image.fromarray(picture).save(blue / "lids.png")
        save_rig(replace(rig, lid_paint=paint * 0), without_picture_of_lids(drawn_avatar, plain) / "rig.npz")
    else:
        paint[:, :3] = (0, 0, 1)
        for folder, lids in ((blue, paint), (plain, paint * 0)):
            save_rig(replace(rig, lid_paint=lids), without_picture_of_lids(drawn_avatar, folder) / "rig.npz")

    def is_blue(**values: float) -> NDArray[np.bool_]:
        rgb = drawn(blue, **values)[..., :3].astype(int)
        return np.asarray(rgb[..., 2] - rgb[..., 0] > 60)

    assert (drawn(blue) == drawn(plain)).all()
    shut = is_blue(expression_eyeBlinkLeft=1.0)
    assert shut.sum() > 300
    middle = SIZE // 2
    assert shut[:, middle:].sum() > 0.99 * shut.sum()  # the subject's left
    counts = [is_blue(expression_eyeBlinkLeft=share).sum() for share in (0.2, 0.35, 0.5, 1.0)]
    assert counts == sorted(counts)


def test_a_shut_eye_shows_a_thin_line_of_lashes_at_the_lower_lid(
    drawn_avatar: Path, green_eyes: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    paint = rig.lid_paint.copy()
    lids = rig.model.lids[0]
    paint[lids.upper, :3] = (0, 0, 1)  # the colour of the lashes
    save_rig(
        replace(rig, lid_paint=paint), without_picture_of_lids(drawn_avatar, tmp_path / "blue") / "rig.npz"
    )

    def blue(**values: float) -> NDArray[np.bool_]:
        rgb = drawn(tmp_path / "blue", **values)[..., :3].astype(int)
        return np.asarray(rgb[..., 2] - rgb[..., 0] > 60)

    assert not blue().any()
    shut = blue(expression_eyeBlinkLeft=1.0)
    columns = np.flatnonzero(shut.any(0))
    width = columns[-1] - columns[0] + 1
    assert width == len(columns)  # without a gap
    heights = shut.sum(0)[columns]
    assert 1 <= np.median(heights) <= 0.1 * width
    eye = is_eye(drawn(green_eyes))[:, columns[0] : columns[-1] + 1]
    rows = np.flatnonzero(eye.any(1))
    assert np.nonzero(shut)[0].mean() > rows.mean()  # below the middle of the open eye


def test_a_picture_of_a_lid_lies_on_its_own_eye_and_moves_with_the_lid(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    """Where frames with a white and a black patch in one half of the picture differ, that patch is seen."""
    rig = load_rig(load_avatar(drawn_avatar))
    places = lid_places(rig.model, rig.neutral, rig.lid_vertices, rig.lid_closing)
    folders = [tmp_path / tone for tone in ("black", "white")]
    for folder in folders:
        shutil.copytree(drawn_avatar, folder)

    def patch(side: int, blink: float) -> NDArray[np.int64]:
        x, y = (places[rig.model.lids[side].lower].mean(0) * 256).astype(int)
        picture = np.zeros((256, 256, 4), np.uint8)
        frames = []
        for folder, tone in zip(folders, (0, 255), strict=True):
            picture[y - 32 : y - 8, x - 32 : x + 33] = (tone, tone, tone, 255)
            Image.fromarray(picture).save(folder / "lids.png")
            frames.append(drawn(folder, expression_eyeBlinkLeft=blink, expression_eyeBlinkRight=blink))
        black, white = (frame[..., 0].astype(int) for frame in frames)
        return np.argwhere(white - black > 100)

    for side in (0, 1):
        shut, half = patch(side, 1.0), patch(side, 0.6)
        assert len(patch(side, 0.0)) == 0
        assert len(shut) > 20
        assert ((shut[:, 1] > SIZE // 2) == (side == 0)).all()  # the subject's left is right
        assert 0 < len(half) < len(shut)  # squeezed
        assert half[:, 0].mean() < shut[:, 0].mean()


@pytest.mark.parametrize("yaw", [-0.6, -0.35, 0.35, 0.6])
def test_between_the_lids_of_a_turned_drawing_there_is_nothing_but_its_eye(
    engine: HeadEngine, tmp_path: Path, yaw: float
) -> None:
    """Its eyes are larger than their balls: corners were holes, through which hair or the background was seen."""
    hair = {"sheet": GREEN, "back": GREEN, "plate": GREEN}
    folder = painted(builtin_avatars()["omote"], tmp_path / "omote", hair)
    engine.set_avatar(load_avatar(folder))
    shown = motion(pose_yaw=yaw)
    picture = engine.render(shown, 0.0).astype(int)
    head = engine.draw(shown)
    inside = np.zeros((SIZE, SIZE), np.uint8)
    for loop in load_rig(load_avatar(folder)).model.lids:
        ring = np.concatenate([loop.upper, loop.lower[::-1]])
        places = head.camera.project(head.camera.seen(head.deformer.vertices[ring], shown)) + 0.5
        cv2.fillPoly(inside, [np.round(places * SIZE).astype(np.int32)], 1)
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8))
    assert inside.sum() > 500
    green = picture[..., 1] - np.maximum(picture[..., 0], picture[..., 2])
    assert (green[inside > 0] < 60).all()
