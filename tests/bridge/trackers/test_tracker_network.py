"""The tracker's network as the bridge runs it, against the torch network that it was exported from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

import torch

from bridge.trackers.tracker_network import (
    TrackerNetwork,
    installed_tracker,
    load_tracker_model,
    open_tracker_network,
)
from inference.errors import ModelError, ProviderError
from inference.model_folder import ModelFolder
from tests.networks.tracker_models import random_crops, random_tracker, write_random_tracker
from vision.face_crops import FaceCrops, FaceFrame, face_points
from vision.tracker_outputs import rotation_of

FRAME = FaceFrame(150.0, 90.0, 9.0, 0.2, np.array([[3.2, -0.4], [-3.2, -0.4]]), np.array([0.0, -4.7]))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    return load_tracker_model(write_random_tracker(tmp_path_factory.mktemp("model") / "tracker"))


def test_a_picture_is_read_as_by_the_torch_network(model: ModelFolder) -> None:
    network = open_tracker_network(model, ("cpu",))
    picture = np.random.default_rng(3).integers(0, 256, (240, 320, 3)).astype(np.uint8)
    reading = network.read(picture, FRAME)
    assert reading is not None
    crops = FaceCrops()
    crops.cut(picture, FRAME)
    net = random_tracker()
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(weight.half().float())
        wanted = net(*(torch.from_numpy(crop) for crop in (crops.face, crops.eyes, crops.mouth)))
    np.testing.assert_allclose(reading.expression, wanted.expression[0], atol=2e-3)
    np.testing.assert_allclose(reading.gaze, wanted.gaze[0], atol=2e-3)
    np.testing.assert_allclose(reading.turn, rotation_of(wanted.turn[0].numpy()), atol=5e-3)
    np.testing.assert_allclose(reading.unit, 9.0 * np.exp(float(wanted.size[0, 0])), rtol=5e-3)
    points = face_points(FRAME.to_places(reading.landmarks))
    np.testing.assert_allclose(points.ravel(), wanted.landmarks[0], atol=5e-3)
    assert "ONNX Runtime" in network.provider


def test_a_small_graph_ships(model: ModelFolder) -> None:
    assert len(model.graphs["tracker.onnx"]) <= 6_000_000


def test_numbers_that_are_not_finite_are_no_reading(model: ModelFolder) -> None:
    network = TrackerNetwork(model, "cpu")
    for name, crop in random_crops().items():
        getattr(network.crops, name)[:] = crop
    assert network.read_crops(FRAME) is not None
    network.crops.face[0, 0, 0, 0] = np.nan
    assert network.read_crops(FRAME) is None


def test_another_graph_is_refused(model: ModelFolder, tmp_path: Path) -> None:
    from training.onnx_graph import onnx_graph

    other = onnx_graph(torch.nn.Conv2d(3, 4, 3), (torch.zeros(1, 3, 8, 8),), ["face"], ["expression"])
    with pytest.raises(
        ModelError, match="face has the shape \\(1, 3, 8, 8\\), expected \\(1, 3, 128, 128\\)"
    ):
        TrackerNetwork(replace(model, graphs={"tracker.onnx": other}), "cpu")


def test_without_a_provider_every_reason_is_given(model: ModelFolder) -> None:
    damaged = replace(model, graphs={"tracker.onnx": b"no graph"})
    with pytest.raises(ProviderError, match="no provider can run the tracker's network: ONNX Runtime, CPU: "):
        open_tracker_network(damaged, ("cpu",))


def test_without_a_network_the_other_tracker_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--tracker mediapipe"):
        load_tracker_model(tmp_path)
    assert installed_tracker().parts[-3:] == ("bridge", "networks", "tracker")
