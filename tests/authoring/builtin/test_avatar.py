"""The built-in avatar omote: its folder, its likeness to its portrait, and eyes that close."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from authoring.builtin.avatar import BEHIND, build_avatar, encode_webp
from authoring.builtin.head import BuiltinHead, build_head
from authoring.builtin.portrait import draw_portrait
from authoring.make import canvas_picture
from authoring.portrait.canvas import Canvas
from face.avatar import load_avatar
from face.motion import Motion
from face.rig import load_rig
from protocol.blendshapes import INDEX
from runtime.engines.head import HeadEngine

FOLDER = Path(__file__).parents[3] / "runtime" / "builtin" / "omote"
SIZE = 512


@pytest.fixture(scope="module")
def head() -> BuiltinHead:
    return build_head()


@pytest.fixture(scope="module")
def canvas(head: BuiltinHead) -> Canvas:
    return draw_portrait(head)


@pytest.fixture
def engine(canvas: Canvas) -> Iterator[HeadEngine]:
    """Made after the canvas: the OpenGL context that was made last is the current one."""
    engine = HeadEngine(SIZE)
    engine.set_avatar(load_avatar(FOLDER))
    yield engine
    engine.close()


def pixels(head: BuiltinHead, vertices: NDArray[np.int32]) -> NDArray[np.float32]:
    return (head.to_picture(head.vertices[vertices]) + 0.5) * SIZE


def inside_face(head: BuiltinHead) -> NDArray[np.bool_]:
    face = np.unique(head.model.triangles["face"])
    hull = cv2.convexHull(pixels(head, face)).astype(np.int32)
    mask = cv2.fillConvexPoly(np.zeros((SIZE, SIZE), np.uint8), hull, 1)
    return cv2.erode(mask, np.ones((25, 25), np.uint8)) > 0


def test_folder_loads_and_is_small() -> None:
    avatar = load_avatar(FOLDER)
    assert avatar.engine == "head"
    sizes = [file.stat().st_size for file in FOLDER.iterdir()]
    assert sum(sizes) < 1_000_000


def test_neutral_frame_is_its_own_portrait(engine: HeadEngine, head: BuiltinHead, canvas: Canvas) -> None:
    frame = engine.render(Motion.neutral(), 0.0)
    drawn = cv2.resize(canvas_picture(canvas), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    face = inside_face(head)
    error = (frame[..., :3].astype(np.float64) - drawn)[face]
    assert 10 * np.log10(255**2 / np.mean(error**2)) >= 32
    assert frame[face][:, 3].min() == 255


def test_without_background_only_the_person_is_there(
    engine: HeadEngine, canvas: Canvas, tmp_path: Path
) -> None:
    folder = tmp_path / "avatar"
    shutil.copytree(FOLDER, folder)
    manifest = folder / "avatar.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"plate"', '"transparent"'), "utf-8")
    engine.set_avatar(load_avatar(folder))
    alpha = engine.render(Motion.neutral(), 0.0)[..., 3].astype(np.float32) / 255
    assert canvas.alpha is not None
    edge = (len(canvas.alpha) - 1024) // 2
    drawn = cv2.resize(canvas.alpha[edge:-edge, edge:-edge], (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert 0.3 < alpha.mean() < 0.7
    assert np.abs(alpha - drawn).mean() < 0.01


@pytest.fixture(scope="module")
def green_eyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The avatar with eyes of a colour that is nowhere else in it."""
    folder = tmp_path_factory.mktemp("green") / "avatar"
    shutil.copytree(FOLDER, folder)
    for role in ("sclera_left", "sclera_right", "iris_left", "iris_right"):
        Image.new("RGB", (256, 256), (0, 255, 0)).save(folder / f"{role}.webp", lossless=True)
    return folder


@pytest.mark.parametrize(
    ("gaze", "turn"),
    [
        ((0.0, 0.0), (0.0, 0.0)),
        ((0.4, -0.3), (0.35, 0.0)),
        ((-0.4, 0.3), (-0.35, 0.0)),
        ((0.0, 0.3), (0.0, 0.3)),
    ],
)
def test_shut_eyes_show_no_eyeball(
    engine: HeadEngine, green_eyed: Path, gaze: tuple[float, float], turn: tuple[float, float]
) -> None:
    engine.set_avatar(load_avatar(green_eyed))
    motion = Motion.neutral()
    motion.gaze[:] = gaze
    motion.pose[:2] = turn

    def green() -> int:
        red, green, blue = np.moveaxis(engine.render(motion, 0.0)[..., :3].astype(int), 2, 0)
        cloth = blue > 0.8 * green
        return int(((green > 1.15 * red) & ~cloth).sum())

    assert green() > 500
    motion.expression[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = 1
    assert green() == 0


def test_open_mouth_is_dark_inside(engine: HeadEngine, head: BuiltinHead) -> None:
    motion = Motion.neutral()
    lips = pixels(head, np.concatenate([head.model.lips.upper, head.model.lips.lower]))
    x, y = lips.mean(0).astype(int)

    def darkest() -> int:
        return int(engine.render(motion, 0.0)[y : y + 30, x - 10 : x + 10, :3].max(2).min())

    closed = darkest()
    motion.expression[INDEX["jawOpen"]] = 0.8
    assert darkest() < closed / 2


def test_landmarks_match_the_picture(head: BuiltinHead, canvas: Canvas) -> None:
    """The iris centres lie in the pupils, which nothing else tells the drawing."""
    picture = canvas_picture(canvas)
    for iris in (468, 473):
        column, row = ((head.landmarks()[iris] + 0.5) * len(picture)).astype(int)
        assert picture[row - 3 : row + 4, column - 3 : column + 4].max() < 80


def test_the_folder_is_the_result_of_its_source(head: BuiltinHead, canvas: Canvas) -> None:
    """Making it again gives the same pictures, except for the rounding of another OpenGL driver."""
    rig, pictures = build_avatar(head, canvas)
    kept_rig = load_rig(load_avatar(FOLDER))
    np.testing.assert_allclose(kept_rig.neutral, rig.neutral, atol=1e-3)
    np.testing.assert_allclose(kept_rig.eye_centres, rig.eye_centres, atol=1e-3)
    assert kept_rig.sheet.triangles.shape == rig.sheet.triangles.shape
    for role, picture in pictures.items():
        with Image.open(FOLDER / f"{role}.webp") as image:
            kept = np.asarray(image.convert("RGBA"), np.float32)
        made = np.round(np.clip(picture, 0, 1) * 255)
        alpha = made[..., 3:] if made.shape[2] == 4 else np.full_like(made[..., :1], 255)
        shown = np.abs(made[..., :3] * alpha - kept[..., :3] * kept[..., 3:]) / 255
        assert shown.mean() < (2.0 if role in BEHIND else 0.5), role


def test_a_lossless_picture_keeps_every_visible_pixel() -> None:
    picture = np.random.default_rng(1).random((8, 8, 4)).astype(np.float32)
    picture[0, :, 3] = 0
    with Image.open(io.BytesIO(encode_webp(picture, is_lossless=True))) as image:
        kept = np.asarray(image.convert("RGBA"))
    expected = np.round(picture * 255).astype(np.uint8)
    np.testing.assert_array_equal(kept[1:], expected[1:])
    assert not kept[0, :, 3].any()


def test_other_pictures_are_smaller_and_lose_little() -> None:
    line = np.linspace(0, 1, 64, dtype=np.float32)
    picture = np.stack([*np.meshgrid(line, line), np.full((64, 64), 0.5, np.float32)], 2)
    picture += np.random.default_rng(1).normal(0, 0.01, picture.shape).astype(np.float32)
    small, whole = (encode_webp(picture, is_lossless=lossless) for lossless in (False, True))
    assert len(small) < 0.7 * len(whole)
    with Image.open(io.BytesIO(small)) as image:
        assert np.abs(np.asarray(image.convert("RGB"), np.float32) / 255 - picture).mean() < 0.01
