from __future__ import annotations

import numpy as np
import pytest

from bridge.expressions.face_correction import SHAPES, CorrectionWeights
from measure.tracker.bridge_output import bridge_output
from measure.tracker.correction_fit import OTHER_SIDE, fit_correction, relative_to_neutral
from measure.tracker.error_metrics import evaluated_mask, rms
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import REST


def test_a_person_s_rest_is_zero_relative_to_neutral(samples: TrackedSamples) -> None:
    there = relative_to_neutral(samples)
    for person in np.unique(samples.person):
        rest = (samples.person == person) & (samples.kind == REST)
        assert np.median(there.blendshapes[rest], axis=0) == pytest.approx(np.zeros(SHAPES), abs=1e-6)
        assert np.median(there.shape[rest], axis=0) == pytest.approx(np.zeros(there.shape.shape[1]), abs=1e-6)


def test_the_fitted_correction_lowers_the_error_on_its_people(
    samples: TrackedSamples, fitted: CorrectionWeights
) -> None:
    raw, corrected = bridge_output(samples, None), bridge_output(samples, fitted)
    judged = evaluated_mask(samples)

    def error(seen: np.ndarray) -> float:
        return rms((seen - samples.expression)[judged])

    assert error(corrected.expression) < 0.9 * error(raw.expression)


def test_same_seed_gives_the_same_network(samples: TrackedSamples, fitted: CorrectionWeights) -> None:
    again = fit_correction(samples, seed=1)
    assert all(np.array_equal(getattr(again, name), getattr(fitted, name)) for name in fitted.__slots__)


def test_network_keeps_neutral_and_treats_both_sides_alike(fitted: CorrectionWeights) -> None:
    shape = np.zeros(len(fitted.components), np.float32)
    none = np.zeros(3, np.float32)
    assert not fitted(np.zeros(SHAPES, np.float32), shape, none).any()
    face = np.random.default_rng(3).normal(0.0, 0.3, SHAPES).astype(np.float32)
    turned = np.float32([0.2, 0.1, -0.1])
    straight = fitted(face, shape, turned)
    mirrored = fitted(face[OTHER_SIDE], shape, turned * np.float32([-1, 1, -1]))
    assert np.allclose(straight[:SHAPES][OTHER_SIDE], mirrored[:SHAPES], atol=1e-5)
    assert np.allclose(straight[SHAPES:] * [-1, 1], mirrored[SHAPES:], atol=1e-5)
