from __future__ import annotations

from pathlib import Path

import numpy as np

from measure.tracker.golden_samples import read_golden_samples, write_golden_samples
from measure.tracker.samples import TrackedSamples


def test_written_samples_are_read_back(samples: TrackedSamples, tmp_path: Path) -> None:
    write_golden_samples(samples, tmp_path / "samples.npz")
    again = read_golden_samples(tmp_path / "samples.npz")
    assert np.array_equal(again.landmarks, samples.landmarks, equal_nan=True)
    assert np.array_equal(again.expression, samples.expression)
    assert np.array_equal(again.transform, samples.transform)
