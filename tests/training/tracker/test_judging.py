from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from PIL import Image

from face.camera import rotation
from networks.tracker import TrackerReading
from tests.made_faces import made_faces
from tests.training.tracker.test_losses import perfect
from training.tracker.batches import plain_batch
from training.tracker.judging import gaze_angle, judged, rms_and_correlation, turn_angle, write_samples


def test_a_perfect_reading_is_called_so_and_a_wrong_one_by_how_much() -> None:
    batches = [
        plain_batch([made_faces(k, 2) for k in range(6)], number, disturbed=False) for number in range(2)
    ]
    readings = [perfect(batch) for batch in batches]
    figures = judged(readings, batches)
    assert figures["rms"] == pytest.approx(0.0, abs=1e-6)
    assert figures["r"] == pytest.approx(1.0)
    assert figures["gaze_deg"] == pytest.approx(0.0, abs=0.05)
    assert figures["pose_deg"] == pytest.approx(0.0, abs=0.05)
    assert figures["landmarks_px"] == pytest.approx(0.0, abs=1e-4)
    off = [
        one._replace(expression=one.expression + 0.1, landmarks=one.landmarks + 2 / 128) for one in readings
    ]
    figures = judged(off, batches)
    assert figures["rms"] == pytest.approx(0.1, abs=1e-5)
    assert figures["landmarks_px"] == pytest.approx(np.sqrt(2.0), abs=1e-4)


def test_correlation_is_numpys() -> None:
    random = np.random.default_rng(0)
    made, true = random.normal(size=(2, 50, 3)).astype(np.float32)
    true[:, 2] = 0.5
    _, r = rms_and_correlation(made, true)
    assert r[:2] == pytest.approx([np.corrcoef(made[:, k], true[:, k])[0, 1] for k in range(2)], abs=1e-5)
    assert np.isnan(r[2])


def test_angles_are_those_of_the_turns() -> None:
    angle = turn_angle(torch.eye(3)[None], torch.from_numpy(rotation(0.0, 0.3, 0.0))[None])
    assert angle == pytest.approx([0.3], abs=1e-4)
    assert gaze_angle(torch.tensor([[0.2, 0.0]]), torch.tensor([[-0.1, 0.0]])) == pytest.approx(
        [0.3], abs=1e-4
    )


def test_a_sheet_of_samples_is_written(tmp_path: Path) -> None:
    batch = plain_batch([made_faces(1, 1)], 0, disturbed=True)
    reading: TrackerReading = perfect(batch)
    write_samples([reading], [batch], tmp_path / "samples.jpg")
    with Image.open(tmp_path / "samples.jpg") as sheet:
        assert sheet.size == (4 * (256 + 180), 256)
