from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.expressions.face_correction import OUTPUTS, SHAPES, CorrectionWeights, shipped_weights
from measure.tracker.correction_fit import OTHER_SIDE, fit_correction, with_share
from measure.tracker.correction_shares import MOST, choose_shares
from measure.tracker.golden_samples import read_golden_samples
from measure.tracker.samples import TrackedSamples
from protocol.blendshapes import INDEX

PAIRS = Path(__file__).parents[2] / "data" / "face_correction.npz"


@pytest.fixture(scope="module")
def samples() -> TrackedSamples:
    return read_golden_samples(PAIRS)


@pytest.fixture(scope="module")
def fitted(samples: TrackedSamples) -> CorrectionWeights:
    return fit_correction(samples, seed=1)


def test_a_network_that_knows_nothing_is_not_used(samples: TrackedSamples) -> None:
    good = shipped_weights()
    random = np.random.default_rng(0)
    noise = random.normal(0.0, 1.0, good.straight.shape).astype(np.float32)
    nonsense = with_share(replace(good, straight=noise), np.ones(OUTPUTS))
    assert choose_shares(nonsense, samples).sum() < 2.0


def test_shares_are_the_same_on_both_sides_and_held_back_where_drawn_faces_judge_poorly(
    samples: TrackedSamples, fitted: CorrectionWeights
) -> None:
    share = choose_shares(fitted, samples)
    assert np.array_equal(share[:SHAPES][OTHER_SIDE], share[:SHAPES])
    assert share[INDEX["eyeBlinkLeft"]] == share[INDEX["tongueOut"]] == share[INDEX["jawOpen"]] == 0.0
    assert share[INDEX["mouthSmileLeft"]] <= MOST["mouthSmile"]
    assert share.max() > 0.0
