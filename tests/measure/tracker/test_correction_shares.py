from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.expressions.face_correction import OUTPUTS, SHAPES, CorrectionWeights, shipped_weights
from measure.tracker.correction_fit import OTHER_SIDE, with_share
from measure.tracker.correction_shares import MOST, choose_shares
from measure.tracker.samples import TrackedSamples
from protocol.blendshapes import INDEX


def test_a_random_network_gets_no_share(samples: TrackedSamples) -> None:
    good = shipped_weights()
    random = np.random.default_rng(0)
    noise = random.normal(0.0, 1.0, good.straight.shape).astype(np.float32)
    nonsense = with_share(replace(good, straight=noise), np.ones(OUTPUTS))
    assert choose_shares(nonsense, samples).sum() < 2.0


def test_shares_are_symmetric_and_limited_where_drawn_faces_are_unreliable(
    samples: TrackedSamples, fitted: CorrectionWeights
) -> None:
    share = choose_shares(fitted, samples)
    assert np.array_equal(share[:SHAPES][OTHER_SIDE], share[:SHAPES])
    assert share[INDEX["eyeBlinkLeft"]] == share[INDEX["tongueOut"]] == share[INDEX["jawOpen"]] == 0.0
    assert share[INDEX["mouthSmileLeft"]] <= MOST["mouthSmile"]
    assert share.max() > 0.0
