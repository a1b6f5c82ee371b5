"""M of narrow networks: crops where the tracker's own ones are, and keypoints that are the landmarks it read."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import torch

from face.liveportrait.control import head_rotation
from training.narrow_liveportrait.keypoints import LANDMARKS
from training.narrow_liveportrait.motion import Crops, Keypoints, landmark_points, mean_shape
from vision.face_crops import ANCHORS, FaceCrops, face_points, frame_of

SIDE = 256


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def points(random: np.random.Generator) -> np.ndarray:
    """(478, 2) pixels of a tilted mean face, beside the picture's middle."""
    shape = mean_shape().numpy()
    face = random.normal(0, 20, (478, 2)) + 128
    face[list(LANDMARKS)] = shape[:, :2] * 330 + (140, 120)
    turn = np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    face[list(ANCHORS)] = np.array(
        [
            (-44, 4), (-21, 5), (21, 5), (44, 4), (0, 0), (0, 8), (0, 14), (0, 20), (-16, 46), (16, 46), (0, 47),
        ]
    ) @ turn.T + (140, 120)  # fmt: skip
    return face


def test_crops_are_those_that_the_tracker_is_given(points: np.ndarray, random: np.random.Generator) -> None:
    smooth = torch.nn.functional.interpolate(torch.rand(1, 3, 16, 16), size=SIDE, mode="bicubic").clamp(0, 1)
    picture = (smooth[0].permute(1, 2, 0) * 255).to(torch.uint8).numpy()
    frame = frame_of(points)
    assert frame is not None
    wanted = FaceCrops()
    wanted.cut(picture, frame)
    before = torch.tensor([[0.1, -0.05, 0.06, 0.004]])
    landmarks = in_crop(points, before)
    face, eyes, mouth, found = Crops()(
        torch.from_numpy(picture).permute(2, 0, 1)[None] / 255, before, landmarks
    )
    a, b = frame.unit / 128 * np.cos(frame.tilt), frame.unit / 128 * np.sin(frame.tilt)
    np.testing.assert_allclose(found[0], [(frame.x - 128) / 128, (frame.y - 128) / 128, a, b], atol=1e-4)
    for got, crop in ((face, wanted.face), (eyes, wanted.eyes), (mouth, wanted.mouth)):
        assert (
            np.abs(got.numpy() - crop).mean() < 0.004
        )  # bytes in the tracker's, and its averages of large faces


def in_crop(points: np.ndarray, frame: torch.Tensor) -> torch.Tensor:
    """Landmarks (1, 956) in the crop of a frame, of pixels: by the bridge's way of saying where a crop is."""
    away = (points / 128 - 1 - frame[0, :2].numpy()) * (1, -1)
    a, b = (float(v) for v in frame[0, 2:])
    places = np.stack([a * away[:, 0] + b * away[:, 1], a * away[:, 1] - b * away[:, 0]], 1) / (a * a + b * b)
    return torch.tensor(face_points(places).reshape(1, -1), dtype=torch.float32)


def test_what_is_said_together_is_where_the_landmarks_were_read(random: np.random.Generator) -> None:
    frame = torch.tensor([[0.1, -0.05, 0.058, 0.009]])
    landmarks = torch.tensor(random.uniform(-0.6, 0.6, (1, 956)), dtype=torch.float32)
    turn = torch.tensor(random.normal((1, 0, 0, 0, 1, 0), 0.2), dtype=torch.float32)[None]
    pitch, yaw, roll, t, exp, scale, kp = (one.numpy() for one in Keypoints()(frame, landmarks, turn))
    rotation = head_rotation(np.array([pitch, yaw, roll], np.float32).reshape(3))
    made = scale * (kp.reshape(-1, 3) @ rotation + exp.reshape(-1, 3)) + t
    wanted = landmark_points(frame, landmarks)[list(LANDMARKS)]
    np.testing.assert_allclose(made[:, :2], wanted, atol=1e-5)
    assert not exp.reshape(-1, 3)[:, 2].any()


def test_the_mean_heads_keypoints_lie_as_in_a_face() -> None:
    """Irises beside each other, the chin below, the nose in front; x right, y down, z away."""
    shape = mean_shape().numpy()
    right, left, chin, nose = (shape[LANDMARKS.index(one)] for one in (468, 473, 152, 4))
    assert left[0] - right[0] > 0.1
    assert abs(left[1] - right[1]) < 0.01
    assert chin[1] > 0.15
    assert nose[2] == shape[:, 2].min()
    assert shape.std() == pytest.approx(0.09, rel=1e-3)


def test_turned_heads_are_said_in_liveportraits_axes() -> None:
    """A head that the tracker sees turned to its left by 0.3, as `KeypointControl` turns keypoints."""
    turn = torch.tensor([[np.cos(0.3), 0.0, -np.sin(0.3), 0.0, 1.0, 0.0]], dtype=torch.float32)
    frame = torch.tensor([[0.0, 0.0, 0.06, 0.0]])
    pitch, yaw, roll, *_ = (float(one.flatten()[0]) for one in Keypoints()(frame, torch.zeros(1, 956), turn))
    assert (pitch, roll) == pytest.approx((0.0, 0.0), abs=1e-4)
    assert yaw == pytest.approx(-np.degrees(0.3), abs=1e-3)
