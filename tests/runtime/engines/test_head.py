"""The head engine's pictures, measured: on an avatar made from a drawing, of which everything is known."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from face.avatar import load_avatar
from face.motion import Motion
from face.rig import load_rig, save_rig
from protocol.channels import CHANNEL_INDEX, CHANNELS
from runtime.engines.head import HeadEngine

SIZE = 512
GREEN = (0, 255, 0)

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def engine() -> Iterator[HeadEngine]:
    made = HeadEngine(SIZE)
    yield made
    made.close()


def painted(
    source: Path, folder: Path, colours: dict[str, tuple[int, ...]], background: str = "keep"
) -> Path:
    """A copy of an avatar with some pictures in one plain colour; alpha stays."""
    shutil.copytree(source, folder)
    for role, colour in colours.items():
        with Image.open(folder / f"{role}.png") as image:
            values = np.array(image.convert("RGBA"))
        values[..., : len(colour)] = colour
        Image.fromarray(values).save(folder / f"{role}.png")
    manifest = folder / "avatar.toml"
    manifest.write_text(manifest.read_text().replace('"keep"', f'"{background}"'))
    return folder


EYES = dict.fromkeys(("sclera_left", "sclera_right"), GREEN)
BLUE_IRISES = dict.fromkeys(("iris_left", "iris_right"), (0, 0, 255))


@pytest.fixture(scope="module")
def green_eyes(drawn_avatar: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn avatar with pure green eyeballs and pure blue irises."""
    return painted(drawn_avatar, tmp_path_factory.mktemp("green") / "avatar", EYES | BLUE_IRISES)


@pytest.fixture(scope="module")
def transparent(drawn_avatar: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn avatar without a background."""
    return painted(drawn_avatar, tmp_path_factory.mktemp("clear") / "avatar", {}, "transparent")


def motion(**values: float) -> Motion:
    """`pose_yaw=0.1, expression_jawOpen=1` -> a Motion."""
    made = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        made.values[CHANNEL_INDEX[layer][channel]] = value
    return made


def as_portrait(folder: Path) -> Motion:
    made = Motion.neutral()
    made.values[:] = load_rig(load_avatar(folder)).portrait
    return made


@pytest.fixture
def drawn(engine: HeadEngine) -> Callable[..., Picture]:
    """drawn(folder, **motion) -> a copy of the picture; an avatar that is worn already is not loaded again."""
    worn: list[Path] = []

    def draw(folder: Path, **values: float) -> Picture:
        if worn != [folder]:
            engine.set_avatar(load_avatar(folder))
            worn[:] = [folder]
        return engine.render(motion(**values), 0.0).copy()

    return draw


def is_eye(picture: Picture) -> NDArray[np.bool_]:
    """Where an eyeball painted green or blue shows at all."""
    rgb = picture[..., :3].astype(int)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    return (np.maximum(green, blue) - red > 90) & ((green - blue > 90) | (blue - green > 90))


def is_iris(picture: Picture) -> NDArray[np.bool_]:
    rgb = picture[..., :3].astype(int)
    return is_eye(picture) & (rgb[..., 2] > rgb[..., 1])


def eye_windows(neutral: Picture) -> tuple[slice, slice, slice]:
    """Rows of the eyes, columns of the subject's right eye and left eye, from the painted eyeballs themselves."""
    shown = is_eye(neutral)
    rows, columns = np.nonzero(shown)
    middle = int(columns.mean())
    grow = 25
    return (
        slice(rows.min() - grow, rows.max() + grow),
        slice(columns.min() - grow, middle),
        slice(middle, columns.max() + grow),
    )


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


def test_a_lid_is_painted_as_it_shuts_and_only_then(
    drawn_avatar: Path, tmp_path: Path, drawn: Callable[..., Picture]
) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    paint = rig.lid_paint.copy()
    assert (paint[:, 3] > 0).any()
    paint[:, :3] = (0, 0, 1)
    blue, plain = tmp_path / "blue", tmp_path / "plain"
    for folder, lids in ((blue, paint), (plain, paint * 0)):
        shutil.copytree(drawn_avatar, folder)
        save_rig(replace(rig, lid_paint=lids), folder / "rig.npz")

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
    shutil.copytree(drawn_avatar, tmp_path / "blue")
    save_rig(replace(rig, lid_paint=paint), tmp_path / "blue" / "rig.npz")

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
