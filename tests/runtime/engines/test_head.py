"""The head engine's pictures, measured: on an avatar made from a drawing, of which everything is known."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from face.avatar import load_avatar
from face.motion import Motion
from face.rig import load_rig, no_teeth, save_rig
from face.rig_schema import MOUTH_COLOURS
from protocol.channels import CHANNEL_INDEX, CHANNELS
from runtime.engines.head import HeadEngine
from runtime.engines.loaded_head import LoadedHead
from runtime.engines.plate_pass import Plate
from tests.motions import motion
from tests.runtime.engines.head_pictures import SIZE, Picture, as_portrait, is_eye, painted


def test_an_opaque_frame_has_full_alpha_and_names_its_provider(
    engine: HeadEngine, drawn_avatar: Path
) -> None:
    engine.set_avatar(load_avatar(drawn_avatar))
    picture = engine.render(motion(), 0.0)
    assert picture.shape == (SIZE, SIZE, 4)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert (picture[..., 3] == 255).all()
    assert engine.name == "head"
    assert engine.provider


def test_as_the_portrait_it_looks_like_the_portrait(
    engine: HeadEngine, drawn_avatar: Path, drawn_portrait: Any
) -> None:
    from authoring.make import canvas_picture  # cv2 is there, or the drawing would have been skipped
    from authoring.preview import face_psnr_db

    engine.set_avatar(load_avatar(drawn_avatar))
    picture = engine.render(as_portrait(drawn_avatar), 0.0)
    reference = canvas_picture(drawn_portrait.canvas)
    assert face_psnr_db(picture, reference, drawn_portrait.landmarks) > 32
    # The whole picture, hair, shoulders and background: not upside down, not mirrored, nothing missing.
    reduced = np.asarray(Image.fromarray(reference).resize((SIZE, SIZE), Image.Resampling.BOX), np.float32)
    usual = np.abs(picture[..., :3] - reduced).mean()
    assert usual < 0.3 * np.abs(picture[:, ::-1, :3] - reduced).mean()
    assert usual < 8


def test_the_same_motion_gives_the_same_bytes(
    drawn_avatar: Path, green_eyes: Path, drawn: Callable[..., Picture]
) -> None:
    values = {"pose_yaw": 0.2, "expression_jawOpen": 0.5, "gaze_yaw": 0.2}
    first = drawn(drawn_avatar, **values)
    drawn(drawn_avatar, pose_pitch=-0.3, expression_eyeBlinkLeft=1.0)
    drawn(green_eyes, view_azimuth=0.4)
    assert (drawn(drawn_avatar, **values) == first).all()


def test_a_fresh_engine_draws_the_same_bytes(drawn_avatar: Path, drawn: Callable[..., Picture]) -> None:
    other = HeadEngine(SIZE)
    try:
        other.set_avatar(load_avatar(drawn_avatar))
        assert (other.render(motion(pose_yaw=-0.2), 0.0) == drawn(drawn_avatar, pose_yaw=-0.2)).all()
    finally:
        other.close()


@pytest.fixture
def hard_cut(drawn_avatar: Path, tmp_path: Path) -> Path:
    """The avatar without a background, its hair cut out without any soft edge."""
    folder = painted(drawn_avatar, tmp_path / "hard", {}, background="transparent")
    for role in ("sheet", "back"):
        with Image.open(folder / f"{role}.png") as image:
            values = np.array(image.convert("RGBA"))
        values[..., 3] = np.where(values[..., 3] > 127, 255, 0)
        Image.fromarray(values).save(folder / f"{role}.png")
    return folder


@pytest.mark.parametrize("yaw", [-0.55, 0.55])
def test_turned_hair_has_a_soft_outline(hard_cut: Path, drawn: Callable[..., Picture], yaw: float) -> None:
    """On the far side it is the relief's own edge, where the picture is opaque."""
    alpha = drawn(hard_cut, pose_yaw=yaw)[..., 3].astype(int)
    shown = np.flatnonzero((alpha > 0).any(1))
    steps = []
    for row in alpha[shown[0] + 30 : shown[0] + 90]:  # above the face
        edge = np.flatnonzero(row > 250)[-1 if yaw > 0 else 0]
        around = row[max(edge - 3, 0) : edge + 4]
        steps.append(int(np.abs(np.diff(around)).max()))
    assert np.median(steps) < 230


@pytest.mark.parametrize("yaw", [-0.5, -0.3, 0.3, 0.5])
def test_the_outline_of_a_turned_cheek_is_no_stairs(drawn_avatar: Path, tmp_path: Path, yaw: float) -> None:
    """Beside the face there is nothing, so a row's alpha adds up to where the face ends; stairs are whole pixels."""
    nothing = (255, 255, 255, 0)
    folder = painted(
        drawn_avatar, tmp_path / "bare", {"sheet": nothing, "back": nothing}, background="transparent"
    )
    small, large = (alpha_of(folder, size, yaw) for size in (SIZE, 4 * SIZE))
    stairs = waves(np.round(large[2::4, 2::4]), yaw)
    best = waves(large.reshape(SIZE, 4, SIZE, 4).mean((1, 3)), yaw)
    assert best < 0.5 * stairs  # else the face itself is wavy
    assert waves(small, yaw) < 0.4 * stairs


def alpha_of(folder: Path, size: int, yaw: float) -> NDArray[np.float64]:
    engine = HeadEngine(size)
    try:
        engine.set_avatar(load_avatar(folder))
        return np.asarray(engine.render(motion(pose_yaw=yaw), 0.0)[..., 3] / 255.0)
    finally:
        engine.close()


def waves(alpha: NDArray[np.float64], yaw: float) -> float:
    """Standard deviation, pixels, of the far cheek's outline from the same outline smoothed over nine rows."""
    rows = np.flatnonzero((alpha > 0.5).any(1))
    face = alpha[rows[0] + int(0.3 * np.ptp(rows)) : rows[0] + int(0.7 * np.ptp(rows))]
    ends = face[:, SIZE // 2 :].sum(1) if yaw > 0 else face[:, : SIZE // 2].sum(1)
    window = np.hanning(11)[1:-1]
    return float(np.std(ends[4:-4] - np.convolve(ends, window / window.sum(), "valid")))


def changed(one: Picture, other: Picture) -> NDArray[np.float64]:
    return np.abs(one[..., :3].astype(float) - other[..., :3]).mean(2)


@pytest.mark.parametrize("name", ["mouthSmile", "browDown", "eyeBlink", "cheekSquint", "browOuterUp"])
def test_one_sided_expressions_stay_on_their_side(
    drawn_avatar: Path, drawn: Callable[..., Picture], name: str
) -> None:
    neutral = drawn(drawn_avatar)
    left = changed(drawn(drawn_avatar, **{f"expression_{name}Left": 1.0}), neutral)
    right = changed(drawn(drawn_avatar, **{f"expression_{name}Right": 1.0}), neutral)
    x = np.arange(SIZE)
    middle = (float((left + right).sum(0) @ x)) / float((left + right).sum())
    of_left, of_right = (float(d.sum(0) @ x / d.sum()) for d in (left, right))
    # The subject's left is the picture's right.
    assert of_left > middle + 15
    assert of_right < middle - 15
    assert left[:, : int(middle) - 40].sum() < 0.1 * left.sum()


@pytest.mark.parametrize(
    ("values", "axis", "sign"),
    [
        ({"pose_x": 0.1}, 1, 1),
        ({"pose_x": -0.1}, 1, -1),
        ({"pose_y": 0.1}, 0, -1),
        ({"pose_yaw": 0.4}, 1, 1),
        ({"pose_pitch": 0.35}, 0, -1),
    ],
)
def test_the_eyes_go_with_the_head(
    green_eyes: Path, drawn: Callable[..., Picture], values: dict[str, float], axis: int, sign: int
) -> None:
    def middle(picture: Picture) -> float:
        return float(np.nonzero(is_eye(picture))[axis].mean())

    assert sign * (middle(drawn(green_eyes, **values)) - middle(drawn(green_eyes))) > 15


def test_a_shift_moves_the_face_by_its_share_of_the_picture(
    green_eyes: Path, drawn: Callable[..., Picture]
) -> None:
    def middle(picture: Picture) -> NDArray[np.float64]:
        y, x = np.nonzero(is_eye(picture))
        return np.array([x.mean(), y.mean()])

    moved = middle(drawn(green_eyes, pose_x=0.1, pose_y=-0.05)) - middle(drawn(green_eyes))
    # The eyes lie nearer to the camera than the pivot, so they go a little further.
    assert moved / SIZE == pytest.approx([0.1, 0.05], rel=0.15)
    assert (np.abs(moved) / SIZE > (0.1, 0.05)).all()


def test_a_transparent_background_is_clear_and_the_head_is_not(
    transparent: Path, drawn: Callable[..., Picture]
) -> None:
    alpha = drawn(transparent)[..., 3]
    assert alpha[:16, :16].max() == alpha[:16, -16:].max() == 0
    assert alpha[SIZE // 2 - 40 : SIZE // 2, SIZE // 2 - 30 : SIZE // 2 + 30].min() == 255


def test_alpha_is_straight(
    transparent: Path, drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    """Laid over a plate by hand, the transparent picture is the picture with that plate."""
    plate = (200, 40, 120)
    over = painted(drawn_avatar, tmp_path / "plate", {"plate": plate})
    values = {"pose_yaw": 0.2, "expression_jawOpen": 0.3}
    clear = drawn(transparent, **values).astype(float)
    expected = drawn(over, **values).astype(float)
    alpha = clear[..., 3:] / 255
    by_hand = clear[..., :3] * alpha + np.array(plate) * (1 - alpha)
    assert ((clear[..., 3] > 8) & (clear[..., 3] < 247)).mean() > 0.002  # there are soft edges to compare
    assert np.abs(by_hand - expected[..., :3]).max() <= 4


def test_no_soft_edge_is_darker_than_both_sides_of_it(
    transparent: Path, drawn: Callable[..., Picture]
) -> None:
    """Premultiplied colours read as straight ones give dark fringes."""
    picture = drawn(transparent).astype(float)
    soft = (picture[..., 3] > 8) & (picture[..., 3] < 128)
    solid = picture[..., 3] == 255
    assert picture[soft][:, :3].mean() > 0.5 * picture[solid][:, :3].mean()


@pytest.mark.parametrize("view", [{"view_azimuth": 0.3}, {"view_azimuth": -0.3}])
def test_moving_the_camera_equals_turning_the_head_the_other_way(
    green_eyes: Path, drawn: Callable[..., Picture], view: dict[str, float]
) -> None:
    orbit = np.nonzero(is_eye(drawn(green_eyes, **view)))[1].mean()
    turn = np.nonzero(is_eye(drawn(green_eyes, pose_yaw=-view["view_azimuth"])))[1].mean()
    assert orbit == pytest.approx(turn, abs=6)


@pytest.mark.parametrize("extreme", [1.0, -1.0])
def test_the_limits_of_every_channel_can_be_drawn(
    engine: HeadEngine, drawn_avatar: Path, extreme: float
) -> None:
    engine.set_avatar(load_avatar(drawn_avatar))
    everything = Motion.neutral()
    everything.values[:] = [c.high if extreme > 0 else c.low for c in CHANNELS]
    assert engine.render(everything, 0.0).shape == (SIZE, SIZE, 4)


def test_other_sizes_show_the_same_picture(drawn_avatar: Path, drawn: Callable[..., Picture]) -> None:
    small = HeadEngine(256)
    try:
        small.set_avatar(load_avatar(drawn_avatar))
        reduced = np.asarray(
            Image.fromarray(drawn(drawn_avatar)).resize((256, 256), Image.Resampling.BOX), float
        )
        assert np.abs(small.render(motion(), 0.0) - reduced).mean() < 4
    finally:
        small.close()


def test_two_engines_do_not_draw_into_each_other(
    drawn_avatar: Path, green_eyes: Path, drawn: Callable[..., Picture]
) -> None:
    one, two = HeadEngine(128), HeadEngine(SIZE)
    try:
        one.set_avatar(load_avatar(drawn_avatar))
        two.set_avatar(load_avatar(green_eyes))
        alone = one.render(motion(pose_yaw=0.2), 0.0).copy()
        for _ in range(2):
            two.render(motion(pose_roll=0.4), 0.0)
            assert (one.render(motion(pose_yaw=0.2), 0.0) == alone).all()
    finally:
        one.close()
    assert (two.render(motion(), 0.0) == drawn(green_eyes)).all()
    two.close()


def test_a_smile_shows_no_teeth_on_the_lips(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    green = np.zeros((5, 3), np.float32)
    green[:, 1] = 1
    folder = tmp_path / "green"
    shutil.copytree(drawn_avatar, folder)
    save_rig(replace(rig, mouth_colours=green), folder / "rig.npz")
    # closed lips that are pulled wide over the teeth
    rgb = drawn(folder, expression_mouthSmileLeft=1.0, expression_mouthSmileRight=1.0)[..., :3].astype(int)
    rows, columns = np.nonzero(rgb[..., 1] - rgb[..., 0] > 80)
    spread = [np.ptp(rows[columns == column]) for column in np.unique(columns)]
    assert max(spread, default=0) < 0.03 * SIZE  # the slit between the lips at most


def test_teeth_are_dark_until_the_lips_let_light_in_and_at_the_corners(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    """Teeth are told from everything else by white and black ones, in a mouth that is black."""
    rig = load_rig(load_avatar(drawn_avatar))
    for name in ("white", "black"):
        shutil.copytree(drawn_avatar, tmp_path / name)
        colours = np.zeros((5, 3), np.float32)
        colours[MOUTH_COLOURS.index("teeth")] = name == "white"
        save_rig(replace(rig, mouth_colours=colours), tmp_path / name / "rig.npz")

    def light(jaw: float) -> NDArray[np.float64]:
        """Of every column with teeth, 0..1."""
        white, black = (
            drawn(tmp_path / name, expression_jawOpen=jaw)[..., :3] for name in ("white", "black")
        )
        mouth = white.astype(int) - black
        assert np.ptp(mouth, axis=2).max() <= 1  # grey stays grey
        columns = np.flatnonzero(mouth.any((0, 2)))
        return np.array([mouth[:, x].max() / 255 for x in columns])

    middle = [float(np.median(light(jaw))) for jaw in (0.12, 0.3, 0.8)]
    assert middle == sorted(middle)
    assert middle[0] < 0.75 * middle[-1]
    wide = light(0.8)
    assert max(wide[:2].mean(), wide[-2:].mean()) < 0.8 * wide.max()


def test_the_portraits_own_mouth_shows_at_its_expression_and_leaves_with_it(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    expression = rig.portrait.copy()
    expression[CHANNEL_INDEX["expression"]["jawOpen"]] = 0.5  # as if the portrait's mouth stood open
    folder = tmp_path / "open"
    shutil.copytree(drawn_avatar, folder)
    Image.new("RGBA", (32, 32), (0, 0, 255, 255)).save(folder / "mouth.png")
    view = np.array([-0.5, -0.5, 1.0], np.float32)  # the whole portrait
    save_rig(replace(rig, portrait=expression, mouth_view=view), folder / "rig.npz")
    manifest = folder / "avatar.toml"
    manifest.write_text(manifest.read_text() + 'mouth = "mouth.png"\n')

    def blue(jaw: float) -> int:
        rgb = drawn(folder, expression_jawOpen=jaw)[..., :3].astype(int)
        return int((rgb[..., 2] - rgb[..., 0] > 150).sum())

    assert blue(0.5) > 500
    assert blue(1.0) == blue(0.05) == 0


def test_teeth_of_another_frame_stay_on_the_teeth_in_every_expression(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    folder = tmp_path / "teeth"
    shutil.copytree(drawn_avatar, folder)
    Image.new("RGBA", (32, 32), (0, 0, 255, 255)).save(folder / "mouth.png")
    places = no_teeth(len(rig.neutral))
    places[np.unique(rig.model.triangles["teeth_upper"])] = 0.5
    save_rig(replace(rig, teeth_places=places), folder / "rig.npz")
    manifest = folder / "avatar.toml"
    manifest.write_text(manifest.read_text() + 'mouth = "mouth.png"\n')

    def blue(at: Path, jaw: float) -> int:
        rgb = drawn(at, expression_jawOpen=jaw)[..., :3].astype(int)
        return int((rgb[..., 2] - rgb[..., 0] > 60).sum())

    assert min(blue(folder, 0.4), blue(folder, 0.7), blue(folder, 1.0)) > 10
    assert blue(folder, 0.0) == 0
    assert blue(drawn_avatar, 0.7) == 0


def test_the_background_is_the_bytes_of_its_picture_where_nothing_is_before_it(drawn_avatar: Path) -> None:
    """The slow reference: the picture itself, read back from the texture that is drawn."""
    engine = HeadEngine(96)
    engine.set_avatar(load_avatar(drawn_avatar))
    generator = np.random.default_rng(3)
    behind = np.dstack([generator.integers(0, 256, (96, 96, 3), np.uint8), np.full((96, 96), 255, np.uint8)])
    for _ in engine.plates.upload(behind):
        pass
    engine.plates.cut()
    shown = engine.render(Motion.neutral(), 0.0).copy()
    for _ in engine.plates.upload(None):
        pass
    engine.plates.cut()
    is_clear = engine.render(Motion.neutral(), 0.0)[..., 3] == 0
    assert is_clear.mean() > 0.1
    assert np.array_equal(shown[is_clear], behind[is_clear])
    engine.close()


def test_a_still_face_is_not_drawn_again_and_has_the_bytes_of_a_fresh_engine(
    drawn_avatar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, fresh = HeadEngine(96), HeadEngine(96)
    for one in (engine, fresh):
        one.set_avatar(load_avatar(drawn_avatar))
    turned = motion(pose_yaw=0.2)
    drawn: list[Motion] = []
    draw = engine.draw

    def counted(motion: Motion, *, plate: Plate | None = None) -> LoadedHead:
        drawn.append(motion)
        return draw(motion, plate=plate)

    monkeypatch.setattr(engine, "draw", counted)

    def frame(motion: Motion, now_s: float) -> Picture:
        engine.begin(motion, now_s)
        return engine.render(motion, now_s)

    assert np.array_equal(frame(turned, 0.0), fresh.render(turned, 0.0))
    moving = motion(pose_yaw=0.2)  # the same values in another array, and the array may be written to
    assert np.array_equal(frame(moving, 0.1), fresh.render(turned, 0.1))
    assert len(drawn) == 1
    moving.values[0] += np.float32(1e-6)
    frame(moving, 0.2)
    assert len(drawn) == 2
    # another background, every frame of its fade, and another avatar
    picture = np.full((96, 96, 4), 255, np.uint8)
    for one in (engine, fresh):
        for _ in one.upload_plate(picture):
            pass
    for number, now_s in enumerate((1.0, 1.1, 1.2, 2.0), 3):
        assert np.array_equal(frame(moving, now_s), fresh.render(moving, now_s))
        assert len(drawn) == number
    frame(moving, 2.1)
    assert len(drawn) == 6
    engine.set_avatar(load_avatar(drawn_avatar))
    frame(moving, 2.2)
    assert len(drawn) == 7
    for one in (engine, fresh):
        one.close()
