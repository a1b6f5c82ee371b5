from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from bridge.trackers.tracker_network import load_tracker_model
from measure.tracker.crop_samples import CropSamples
from measure.tracker.inner_codes import read_codes
from networks.tracker import known
from tests.measure.tracker.steps_by_hand import sessions_of
from tests.networks.tracker_models import random_tracker, write_random_tracker


def test_codes_are_those_of_the_network_that_was_exported(tmp_path: Path) -> None:
    import torch

    samples = sessions_of([2]).of([2])
    count, random = len(samples.person), np.random.default_rng(0)
    crops = CropSamples(
        *(random.integers(0, 255, (count, *shape)).astype(np.uint8)
          for shape in ((128, 128, 3), (2, 64, 64, 3), (80, 96, 3))),
        np.zeros((count, 10)),
    )  # fmt: skip
    found = read_codes(samples, crops, load_tracker_model(write_random_tracker(tmp_path / "model")))
    net = random_tracker()
    with torch.no_grad():
        face, eyes, mouth = (
            torch.from_numpy(one / np.float32(255)) for one in (crops.face, crops.eyes, crops.mouth)
        )
        seen = net.see(
            face.permute(0, 3, 1, 2), eyes.flatten(0, 1).permute(0, 3, 1, 2), mouth.permute(0, 3, 1, 2)
        )
        told = known(seen.code[torch.from_numpy(samples.kind == 0)].mean(0, keepdim=True))
        read = net.read(seen, told.expand(count, -1))
    np.testing.assert_allclose(found.pose, seen.pose, atol=0.01)
    np.testing.assert_allclose(found.crops[:, :192], seen.face, atol=0.01)
    # coefficients are read from the expression's code, after the rest was told
    with torch.no_grad():
        again = torch.sigmoid(net.expression(torch.from_numpy(found.expression)))
    np.testing.assert_allclose(again, read.expression, atol=0.02)
