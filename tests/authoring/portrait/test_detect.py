from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mediapipe")

from authoring.errors import FaceError
from authoring.portrait.detect import AT_ONCE, choose_face, face_box, find_faces, overlap, upright_faces
from authoring.portrait.portrait import load_portrait
from vision.landmarker import FaceLandmarker, FaceObservation


@pytest.fixture(scope="module")
def landmarker(shared: Path) -> Iterator[FaceLandmarker]:
    with FaceLandmarker(shared / "models" / "face_landmarker.task", video=False, num_faces=AT_ONCE) as made:
        yield made


@pytest.fixture(scope="module")
def portraits(shared: Path) -> Path:
    return shared / "media" / "portraits"


def picture(path: Path) -> np.ndarray:
    return load_portrait(path).rgb


@pytest.mark.parametrize("name", ["s0", "s3", "s4", "s5", "s7", "s9", "s12"])
def test_one_face_is_found_at_its_place(landmarker: FaceLandmarker, portraits: Path, name: str) -> None:
    rgb = picture(portraits / f"{name}.jpg")
    faces = find_faces(landmarker, rgb)
    assert len(faces) == 1
    assert choose_face(faces, None) is faces[0]
    alone = landmarker.detect(rgb, None)
    assert overlap(faces[0].landmarks, alone[0].landmarks) > 0.8


@pytest.mark.parametrize("name", ["s23", "s40"])
def test_animals_are_refused(landmarker: FaceLandmarker, portraits: Path, name: str) -> None:
    faces, _ = upright_faces(landmarker, picture(portraits / f"{name}.jpg"))
    with pytest.raises(FaceError, match=r"no face found.*[Aa]nimals"):
        choose_face(faces, None)


@pytest.mark.parametrize("share", [3, 6])
def test_a_small_face_in_a_large_picture_is_found(
    landmarker: FaceLandmarker, portraits: Path, share: int
) -> None:
    small = picture(portraits / "s5.jpg")
    side = len(small)
    rgb = np.full((side * share, side * share, 3), 120, np.uint8)
    left, top = side * (share - 1) - 50, side
    rgb[top : top + side, left : left + side] = small
    large = np.asarray(Image.fromarray(rgb).resize((2048, 2048), Image.Resampling.BOX))
    faces = find_faces(landmarker, large)
    assert len(faces) == 1
    expected = landmarker.detect(small, None)[0].landmarks[:, :2] + (left, top)
    assert overlap(faces[0].landmarks, (expected * 2048 / (side * share)).astype(np.float32)) > 0.7


def test_two_faces_are_numbered_from_left_to_right(landmarker: FaceLandmarker, portraits: Path) -> None:
    two = np.hstack([picture(portraits / "s4.jpg"), picture(portraits / "s5.jpg")])
    faces = find_faces(landmarker, two)
    with pytest.raises(FaceError, match=r"2 faces found.*--face N.*1 at \(3\d\d, .*2 at \(10\d\d, "):
        choose_face(faces, None)
    assert face_box(choose_face(faces, 1))[2] < 720 < face_box(choose_face(faces, 2))[0]
    for number in (0, 3, -1):
        with pytest.raises(FaceError, match=f"no face {number}: 2 found"):
            choose_face(faces, number)


def test_a_small_face_in_the_background_is_ignored(landmarker: FaceLandmarker, portraits: Path) -> None:
    near = np.array(picture(portraits / "s7.jpg"))
    near[:200, :200] = np.asarray(Image.fromarray(picture(portraits / "s4.jpg")).resize((200, 200)))
    assert len(find_faces(landmarker, near)) == 1


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["s0", "s3", "s4", "s5", "s7", "s9", "s12"])
def test_a_rotated_picture_is_turned_upright(
    landmarker: FaceLandmarker, portraits: Path, name: str, quarters: int
) -> None:
    rgb = picture(portraits / f"{name}.jpg")
    lying = np.ascontiguousarray(np.rot90(rgb, quarters))
    faces, back = upright_faces(landmarker, lying)
    assert (back + quarters) % 4 == 0
    assert overlap(faces[0].landmarks, landmarker.detect(rgb, None)[0].landmarks) > 0.8


def observation(box: tuple[float, float, float, float]) -> FaceObservation:
    points = np.zeros((478, 3), np.float32)
    points[:, 0] = np.linspace(box[0], box[2], 478)
    points[:, 1] = np.linspace(box[1], box[3], 478)
    return FaceObservation(points, np.zeros(52, np.float32), np.eye(4, dtype=np.float32))


def test_a_face_of_too_few_pixels_is_refused_with_its_size() -> None:
    with pytest.raises(FaceError, match="only 30 pixels high, at least 40"):
        choose_face([observation((0, 0, 25, 30))], None)


def test_overlap_is_intersection_over_union() -> None:
    one = observation((0, 0, 10, 10))
    assert overlap(one.landmarks, one.landmarks) == pytest.approx(1)
    assert overlap(one.landmarks, observation((5, 0, 15, 10)).landmarks) == pytest.approx(1 / 3)
    assert overlap(one.landmarks, observation((20, 0, 30, 10)).landmarks) == 0
    moved = replace(one, landmarks=one.landmarks + np.float32(20))
    assert overlap(one.landmarks, moved.landmarks) == 0
