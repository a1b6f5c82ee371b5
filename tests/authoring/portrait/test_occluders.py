"""Drawn sunglasses and masks on the project's own portraits, and no alarm on any portrait without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from authoring.portrait.occluders import GLASSES, MASK, occluders
from face.landmarks import LID_EDGES

cv2 = pytest.importorskip("cv2")

Face = tuple[NDArray[np.uint8], NDArray[np.float32]]
#: The built-in avatars' portraits (scripts/builtin_avatars.py), and people with glasses, beards and every skin.
PEOPLE = {
    "ines": ("real", 134, 1017, 17), "kofi": ("real", 40, 1061, 24), "mio": ("anime", 17, 1015, 2),
    "glasses": ("real", 1, 8, 1), "dark": ("real", 0, 1, 0), "old": ("real", 3, 22, 3), "beard": ("real", 8, 57, 8),
    "drawn": ("anime", 2, 10, 2), "drawn-glasses": ("anime", 3, 15, 3),
}  # fmt: skip
#: A mask from the nose's bridge over the cheeks to the chin.
MASK_EDGE = (197, 101, 117, 123, 147, 177, 215, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 435,
             401, 376, 352, 346, 330)  # fmt: skip


@pytest.fixture(scope="module")
def person(shared: Path) -> Iterator[Callable[[str], Face]]:
    pytest.importorskip("moderngl")
    from studio.commands.portrait import draw_portrait
    from studio.head.source import read_face_source
    from studio.renderer import Studio

    arrays = shared / "ict-facekit" / "ict_facekit.npz"
    if not arrays.is_file():
        pytest.skip("the studio's head is not here")

    with Studio(read_face_source(arrays)) as studio:

        @cache
        def drawn(name: str) -> Face:
            style, identity, look, background = PEOPLE[name]
            picture = draw_portrait(studio, identity, look, background, style, 512)
            return picture.composed()[..., :3], picture.mediapipe_landmarks[:, :2]

        yield drawn


def with_glasses(face: Face, colour: tuple[int, int, int], opacity: float) -> Face:
    rgb, points = face
    drawn = rgb.copy()
    for edge in LID_EDGES:
        x, y = points[list(edge)].mean(axis=0)
        wide = np.ptp(points[list(edge), 0])
        cv2.ellipse(
            drawn, (int(x), int(y)), (int(wide * 0.85), int(wide * 0.7)), 0, 0, 360, colour, -1, cv2.LINE_AA
        )
    return np.round(rgb * (1 - opacity) + drawn * opacity).astype(np.uint8), points


def with_mask(face: Face, colour: tuple[int, int, int]) -> Face:
    """A mask with folds and some noise."""
    rgb, points = face
    cloth = np.full(rgb.shape, colour, np.float32)
    cloth += np.random.default_rng(3).normal(0, 3, rgb.shape)
    cloth[:: max(rgb.shape[0] // 60, 2)] -= 14
    inside = cv2.fillPoly(
        np.zeros(rgb.shape[:2], np.uint8), [np.round(points[list(MASK_EDGE)]).astype(np.int32)], 1
    )
    return np.where(inside[..., None] > 0, np.clip(cloth, 0, 255), rgb).astype(np.uint8), points


def smaller(face: Face, tall: int) -> Face:
    """The face at a height in pixels."""
    rgb, points = face
    scale = tall / np.ptp(points[:, 1])
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), points * np.float32(scale)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_face_that_can_be_seen_gives_no_alarm(person: Callable[[str], Face], name: str) -> None:
    assert occluders(*person(name)) == []
    assert occluders(*smaller(person(name), 120)) == []


@pytest.mark.parametrize("name", ["ines", "kofi", "mio", "dark", "old", "beard"])
@pytest.mark.parametrize(
    ("colour", "opacity"),
    [((20, 20, 25), 1.0), ((20, 20, 25), 0.85), ((70, 40, 20), 0.9), ((90, 130, 200), 1.0)],
)
def test_sunglasses_are_found(
    person: Callable[[str], Face], name: str, colour: tuple[int, int, int], opacity: float
) -> None:
    assert occluders(*with_glasses(person(name), colour, opacity)) == [GLASSES]


def test_a_reflection_does_not_make_a_dark_lens_an_eye(person: Callable[[str], Face]) -> None:
    rgb, points = with_glasses(person("ines"), (20, 20, 25), 1.0)
    for edge in LID_EDGES:
        x, y = points[list(edge)].mean(axis=0)
        cv2.circle(rgb, (int(x) - 4, int(y) - 3), 4, (230, 230, 240), -1, cv2.LINE_AA)
    assert occluders(rgb, points) == [GLASSES]


@pytest.mark.parametrize("name", ["ines", "kofi", "mio", "dark", "old", "beard"])
@pytest.mark.parametrize("colour", [(140, 180, 215), (30, 30, 32), (150, 40, 50)])
def test_a_mask_is_found(person: Callable[[str], Face], name: str, colour: tuple[int, int, int]) -> None:
    assert occluders(*with_mask(person(name), colour)) == [MASK]


def test_both_are_said_and_each_is_one_line(person: Callable[[str], Face]) -> None:
    lines = occluders(*with_mask(with_glasses(person("ines"), (20, 20, 25), 1.0), (140, 180, 215)))
    assert lines == [GLASSES, MASK]
    assert not any("\n" in line for line in lines)


def test_portraits_of_people_paintings_and_drawings_give_no_alarm(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    from authoring.portrait.detect import AT_ONCE, find_faces
    from authoring.portrait.portrait import load_portrait
    from vision.landmarker import FaceLandmarker

    looked_at = 0
    with FaceLandmarker(
        shared / "models" / "face_landmarker.task", video=False, num_faces=AT_ONCE
    ) as landmarker:
        for name in ("s0", "s12", "s3", "s4", "s5", "s7", "s9"):  # in s23 and s40 no face is found
            portrait = load_portrait(shared / "media" / "portraits" / f"{name}.jpg")
            for face in find_faces(landmarker, portrait.shown):
                assert occluders(portrait.rgb, face.landmarks[:, :2]) == [], name
                looked_at += 1
    assert looked_at >= 7
