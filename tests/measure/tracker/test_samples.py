from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.tracker.samples import DrawPlan, TrackedSamples, draw_tracked_samples, through_webcam
from measure.tracker.webcam_sessions import PICTURES


def test_a_damaged_file_of_samples_is_named(tmp_path: Path) -> None:
    (tmp_path / "test.npz").write_bytes(b"no")
    with pytest.raises(MeasureError, match="holds no tracked samples"):
        TrackedSamples.load(tmp_path / "test.npz")


def test_a_session_is_drawn_and_tracked(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LP_NUM_THREADS", "1")
    plan = DrawPlan(shared / "models" / "face_landmarker.task")
    samples, crops = draw_tracked_samples(shared / "ict-facekit" / "ict_facekit.npz", [2], plan)
    assert int(samples.drawn) == PICTURES
    assert len(samples.person) >= PICTURES - 2
    # MediaPipe, which knows nothing of the labels, finds the head turned as they say
    forward = samples.transform[:, :3, 2]
    yaw = np.arctan2(forward[:, 0], forward[:, 2])
    assert np.abs(yaw - samples.pose[:, 0]).mean() < 0.1
    assert np.corrcoef(yaw, samples.pose[:, 0])[0, 1] > 0.9
    # each picture has its crops, in a frame that lies where its landmarks do
    assert len(crops.face) == len(samples.person)
    roots = samples.landmarks[:, 168, :2]
    frames = [crops.frame_of(place) for place in range(len(roots))]
    off = np.array([[frame.x, frame.y] for frame in frames]) - roots
    assert np.linalg.norm(off, axis=1).max() < max(2.0 * frame.unit for frame in frames)


def test_a_webcam_adds_noise_and_keeps_the_picture() -> None:
    ramp = np.broadcast_to(np.linspace(20, 235, 64)[:, None, None], (64, 64, 3)).astype(np.uint8)
    found = through_webcam(ramp, np.random.default_rng(0))
    error = found.astype(float) - ramp
    assert found.shape == ramp.shape
    assert 0.5 < error.std() < 12
    assert abs(error.mean()) < 1.5
