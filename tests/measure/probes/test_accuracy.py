from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measure.probes.accuracy import probe_accuracy
from measure.probes.probes import ProbeReadings
from measure.probes.samples import ProbeSamples
from protocol.channels import EMOTIONS

RANDOM = np.random.default_rng(0)
SAMPLES = ProbeSamples(
    crops=np.zeros((6, 96, 96, 3), np.uint8),
    person=np.array([1, 1, 2, 2, 3, 3]),
    pose=RANDOM.uniform(-0.5, 0.5, (6, 3)).astype(np.float32),
    expression=RANDOM.uniform(0, 1, (6, 52)).astype(np.float32),
    gaze=RANDOM.uniform(-0.3, 0.3, (6, 2)).astype(np.float32),
    emotion=np.array([0, 1, 2, 3, 4, len(EMOTIONS)]),
    intensity=RANDOM.uniform(0.3, 1, 6).astype(np.float32),
)


class Oracle:
    """Reads the labels instead of the crops."""

    def __init__(self, samples: ProbeSamples) -> None:
        self._samples = samples

    def read_crops(self, crops: np.ndarray) -> ProbeReadings:
        labels = self._samples
        return ProbeReadings(
            pose=labels.pose,
            expression=labels.expression,
            gaze=labels.gaze,
            emotion=np.eye(len(EMOTIONS) + 1, dtype=np.float32)[labels.emotion],
            intensity=labels.intensity,
            identity=np.eye(4, dtype=np.float32)[labels.person],
        )


def test_reading_the_labels_has_no_error() -> None:
    found = probe_accuracy(Oracle(SAMPLES), SAMPLES)  # type: ignore[arg-type]
    assert (found.pose_deg, found.gaze_deg, found.expression, found.intensity) == pytest.approx(
        (0, 0, 0, 0), abs=0.05
    )
    assert (found.emotion, found.same, found.other, found.retrieved) == (1, 1, 0, 1)
    mean = SAMPLES.expression.mean(0)
    guess = np.mean([abs(row[k] - mean[k]) for row in SAMPLES.expression for k in range(52)])
    assert found.guess == pytest.approx(guess, abs=1e-6)


def test_errors_are_means_in_degrees_and_shares() -> None:
    wrong = replace(
        SAMPLES,
        pose=SAMPLES.pose * 0,
        gaze=SAMPLES.gaze + np.float32([np.radians(3), 0]),
        emotion=np.array([0, 1, 2, 3, 5, 5]),
    )
    straight = replace(SAMPLES, pose=SAMPLES.pose * 0 + np.float32([0.1, 0, 0]))
    found = probe_accuracy(Oracle(wrong), straight)  # type: ignore[arg-type]
    assert found.pose_deg == pytest.approx(np.degrees(0.1), abs=0.01)
    assert found.gaze_deg == pytest.approx(3.0, abs=0.01)
    assert found.emotion == pytest.approx(4 / 5)  # the sixth sample shows none
