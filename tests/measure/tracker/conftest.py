"""Fixtures of the tracker's tests: golden samples, and a correction fitted to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.expressions.face_correction import CorrectionWeights
from measure.tracker.correction_fit import fit_correction
from measure.tracker.golden_samples import read_golden_samples
from measure.tracker.samples import TrackedSamples

GOLDEN = Path(__file__).parents[2] / "data" / "face_correction.npz"


@pytest.fixture(scope="module")
def samples() -> TrackedSamples:
    return read_golden_samples(GOLDEN)


@pytest.fixture(scope="module")
def fitted(samples: TrackedSamples) -> CorrectionWeights:
    return fit_correction(samples, seed=1)
