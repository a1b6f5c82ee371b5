"""Recordings at the scene's frame rate, against numpy's interpolation."""

from __future__ import annotations

import numpy as np
import pytest
from omote_face.channels import CHANNELS
from omote_face.recording import MAX_S, Recording

BEGIN_S = 1234.5


def recorded(times: np.ndarray, rows: np.ndarray) -> Recording:
    recording = Recording()
    for time_s, row in zip(times, rows, strict=True):
        recording.add(float(time_s), row.tolist())
    return recording


@pytest.mark.parametrize("fps", [24.0, 24000 / 1001, 25.0, 30.0, 60.0, 120.0])
def test_frames_are_interpolated_at_their_own_times_however_many_were_dropped(fps: float) -> None:
    """Two of three frames never arrive, and the others arrive unevenly: no frame moves to another time."""
    chance = np.random.default_rng(3)
    times = BEGIN_S + np.arange(600) / 60 + chance.uniform(0, 0.01, 600)
    kept = chance.random(600) < 1 / 3
    kept[[0, -1]] = True
    rows = chance.uniform(0, 1, (600, len(CHANNELS))).astype(np.float32)
    clip = recorded(times[kept], rows[kept]).clip(fps)
    asked = times[0] + np.arange(len(clip.rows)) / fps
    assert len(clip.rows) == int((times[-1] - times[0]) * fps) + 1
    for place in (0, 3, 20, len(CHANNELS) - 1):
        expected = np.interp(asked, times[kept], rows[kept, place])
        assert np.abs([row[place] for row in clip.rows] - expected).max() < 1e-5


def test_a_gap_is_bridged_and_costs_no_time() -> None:
    """Half a second without a frame, while a channel rises steadily: it is where it should be before, in and after it."""
    times = np.concatenate([np.arange(30), np.arange(60, 91)]) / 60
    rows = np.zeros((len(times), len(CHANNELS)))
    rows[:, 5] = times
    clip = recorded(BEGIN_S + times, rows).clip(24.0)
    assert np.abs(np.array([row[5] for row in clip.rows]) - np.arange(len(clip.rows)) / 24).max() < 1e-5
    assert len(clip.rows) == 37


def test_times_that_do_not_rise_replace_the_last_motion() -> None:
    rows = np.zeros((3, len(CHANNELS)))
    rows[:, 0] = (1, 2, 3)
    recording = recorded(np.array([1.0, 1.0, 0.5]), rows)
    assert len(recording) == 1
    assert recording.clip(24.0).rows[0][0] == 3


def test_nothing_recorded_is_no_frame_and_one_motion_is_one() -> None:
    assert Recording().clip(24.0).rows == []
    assert len(recorded(np.array([7.0]), np.zeros((1, len(CHANNELS)))).clip(24.0).rows) == 1


def test_a_recording_that_was_forgotten_does_not_fill_the_memory() -> None:
    recording = recorded(np.array([0.0, MAX_S, MAX_S + 0.1]), np.zeros((3, len(CHANNELS))))
    assert recording.is_full
    assert len(recording) == 2
