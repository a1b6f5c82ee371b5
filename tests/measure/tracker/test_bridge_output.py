"""The bridge as users run it, on golden samples."""

from __future__ import annotations

import numpy as np

from bridge.expressions.face_correction import shipped_weights
from measure.tracker.bridge_output import bridge_output
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import GAZE, REST
from protocol.blendshapes import INDEX


def test_values_stay_in_range_and_rest_is_nearly_neutral(samples: TrackedSamples) -> None:
    for weights in (None, shipped_weights()):
        sent = bridge_output(samples, weights)
        assert sent.expression.shape == (len(samples.person), 52)
        assert sent.expression.min() >= 0.0
        assert sent.expression.max() <= 1.0
        rest = sent.expression[samples.kind == REST]
        assert np.abs(rest).mean() < 0.05


def test_the_output_follows_the_truth(samples: TrackedSamples) -> None:
    sent = bridge_output(samples, shipped_weights())
    jaw = INDEX["jawOpen"]
    assert np.corrcoef(sent.expression[:, jaw], samples.expression[:, jaw])[0, 1] > 0.5
    looks = samples.kind == GAZE
    assert np.corrcoef(sent.gaze[looks, 0], samples.gaze[looks, 0])[0, 1] > 0.7


def test_a_person_s_output_does_not_depend_on_the_others(samples: TrackedSamples) -> None:
    person = int(samples.person[-1])
    alone = bridge_output(samples.of([person]), shipped_weights())
    together = bridge_output(samples, shipped_weights())
    assert np.array_equal(alone.expression, together.expression[samples.person == person])
