"""Frames of known similarities, crops of pictures whose pixels tell where they come from, and turns of known rays."""

from __future__ import annotations

import numpy as np
import pytest

from face.camera import angles, rotation
from vision.face_crops import (
    ANCHORS,
    EYE_PX,
    FACE_PX,
    PLACES,
    FaceCrops,
    FaceFrame,
    cut,
    eye_matrix,
    face_matrix,
    face_places,
    face_points,
    frame_of,
    mean_frame,
    mouth_matrix,
    ray_turn,
    tilt_turn,
)

cv2 = pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")


def mean_landmarks(x: float, y: float, unit: float, tilt: float) -> np.ndarray:
    """A mean face in a picture, by the definition of the frame and nothing of its code: turned, scaled, moved."""
    points = np.zeros((478, 3))
    for number, (left, up) in zip(ANCHORS, PLACES, strict=True):
        # a head that tilts towards its right shoulder (left in the picture) moves its crown to the left
        turned = left * np.cos(tilt) - up * np.sin(tilt), left * np.sin(tilt) + up * np.cos(tilt)
        points[number, :2] = x + unit * turned[0], y - unit * turned[1]
    return points


@pytest.mark.parametrize("tilt", [-2.9, -0.4, 0.0, 0.7, 1.6])
def test_a_face_that_was_moved_scaled_and_tilted_is_found_so(tilt: float) -> None:
    frame = frame_of(mean_landmarks(200.0, 90.0, 7.5, tilt))
    assert frame is not None
    assert (frame.x, frame.y, frame.unit, frame.tilt) == pytest.approx((200.0, 90.0, 7.5, tilt))
    np.testing.assert_allclose(frame.eyes[0], [3.295, -0.43], atol=1e-6)
    np.testing.assert_allclose(frame.nose, [0.0, -4.67], atol=1e-6)


def test_places_and_pixels_are_each_others_inverse() -> None:
    frame = FaceFrame(31.0, 17.0, 4.0, 0.3, np.zeros((2, 2)), np.zeros(2))
    points = np.random.default_rng(0).uniform(0, 200, (20, 2))
    np.testing.assert_allclose(frame.to_picture(frame.to_places(points)), points)
    np.testing.assert_allclose(face_points(face_places(points)), points)


@pytest.mark.parametrize("bad", ["a spot", "not finite"])
def test_without_a_face_there_is_no_frame(bad: str) -> None:
    points = np.full((478, 2), 50.0)
    if bad == "not finite":
        points[33] = np.nan
    assert frame_of(points) is None


def gradient(height: int = 240, width: int = 320) -> np.ndarray:
    """A picture whose red is x / 2 and whose green is y."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x / 2, y, np.zeros_like(x)], -1).astype(np.uint8)


def test_the_face_lies_upright_in_its_crop_whatever_the_tilt() -> None:
    """Where the crop's middle shows the picture's pixel at the mean face's (0, -4)."""
    for tilt in (0.0, 0.5):
        frame = frame_of(mean_landmarks(160.0, 100.0, 5.0, tilt))
        assert frame is not None
        crop = cut(gradient(), face_matrix(frame), FACE_PX, FACE_PX)
        x = 160.0 + 5.0 * 4.0 * np.sin(tilt)  # the crown leans to the left, so the chin to the right
        y = 100.0 + 5.0 * 4.0 * np.cos(tilt)
        middle = crop[FACE_PX // 2 - 1 : FACE_PX // 2 + 1, FACE_PX // 2 - 1 : FACE_PX // 2 + 1].reshape(-1, 3)
        np.testing.assert_allclose(2 * middle[:, 0].mean(), x - 0.5, atol=1.6)
        np.testing.assert_allclose(middle[:, 1].mean(), y - 0.5, atol=1.0)


def test_the_right_eye_is_shown_as_a_left_one() -> None:
    frame = frame_of(mean_landmarks(160.0, 100.0, 8.0, 0.0))
    assert frame is not None
    left, right = (cut(gradient(), eye_matrix(frame, side), EYE_PX, EYE_PX) for side in range(2))
    outward = [eye[32, -4, 0].astype(int) - eye[32, 3, 0].astype(int) for eye in (left, right)]
    assert outward[0] > 15  # x grows towards the left eye's outer corner,
    assert outward[1] < -15  # and falls towards the right one's
    assert left[..., 0].mean() > right[..., 0].mean() + 15


def test_crops_beyond_the_picture_repeat_its_edge() -> None:
    frame = frame_of(mean_landmarks(2.0, 2.0, 6.0, 0.0))
    assert frame is not None
    crops = FaceCrops()
    crops.cut(np.full((40, 60, 3), 200, np.uint8), frame)
    for array in (crops.face, crops.eyes, crops.mouth):
        np.testing.assert_allclose(array, 200 / 255, atol=1e-6)


def test_a_large_face_is_averaged_and_not_only_sampled() -> None:
    """A checkerboard of single pixels becomes grey in a crop that is twelve times smaller."""
    y, x = np.mgrid[:1200, :1200]
    board = np.repeat((((x + y) % 2) * 255).astype(np.uint8)[..., None], 3, 2)
    frame = frame_of(mean_landmarks(600.0, 400.0, 70.0, 0.0))
    assert frame is not None
    for matrix, rows, columns in (
        (face_matrix(frame), FACE_PX, FACE_PX),
        (mouth_matrix(frame), 80, 96),
    ):
        crop = cut(board, matrix, rows, columns)
        assert abs(float(crop[20:-20, 20:-20].mean()) - 127.5) < 3
        assert float(crop[20:-20, 20:-20].std()) < 20


def test_averaging_does_not_move_a_crop() -> None:
    frame = frame_of(mean_landmarks(160.0, 100.0, 14.0, 0.2))
    assert frame is not None
    picture = gradient()
    crop = cut(picture, face_matrix(frame), FACE_PX, FACE_PX).astype(float)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    sampled = cv2.warpAffine(
        picture, face_matrix(frame), (FACE_PX, FACE_PX), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    inside = slice(45, 80)
    assert np.abs(crop[inside, inside] - sampled[inside, inside]).mean() < 1.0


def test_a_head_at_the_pictures_edge_that_looks_into_the_camera_is_turned_towards_it() -> None:
    """One half picture height to the side at a focal length of 1: atan 0.5."""
    yaw, pitch, roll = angles(ray_turn(420.0, 120.0, 600, 240, 1.0).astype(np.float32))
    assert (yaw, pitch, roll) == pytest.approx((-np.arctan(0.5), 0.0, 0.0), abs=1e-6)
    yaw, pitch, roll = angles(ray_turn(300.0, 0.0, 600, 240, 1.0).astype(np.float32))
    assert (yaw, pitch, roll) == pytest.approx((0.0, -np.arctan(0.5), 0.0), abs=1e-6)


def test_a_tilt_is_a_roll() -> None:
    np.testing.assert_allclose(tilt_turn(0.3), rotation(0.0, 0.0, 0.3), atol=1e-6)


def test_a_mean_face_lies_in_its_own_frame() -> None:
    """The frame that is fitted to the mean face's points is the one that they were laid by."""
    frame = mean_frame(200.0, 120.0, 7.0, 0.25)
    landmarks = np.zeros((478, 2))
    landmarks[list(ANCHORS)] = frame.to_picture(PLACES)
    fitted = frame_of(landmarks)
    assert fitted is not None
    for name in ("x", "y", "unit", "tilt"):
        assert getattr(fitted, name) == pytest.approx(getattr(frame, name), abs=1e-6)
    np.testing.assert_allclose(fitted.eyes, frame.eyes, atol=1e-6)
    np.testing.assert_allclose(fitted.nose, frame.nose, atol=1e-6)
