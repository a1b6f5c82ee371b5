"""The bridge behind a network that sees the truth: what is sent is the truth, but for what the bridge takes for rest."""

from __future__ import annotations

import numpy as np
import pytest

from measure.tracker.network_output import mediapipe_pose, network_output, pose_error
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import GAZE
from tests.measure.tracker.network_by_hand import NetworkByHand, numbered_crops
from vision.tracker_outputs import READ_PLACES


def test_the_truth_is_sent_as_it_is(samples: TrackedSamples) -> None:
    crops = numbered_crops(samples)
    made = network_output(samples, crops, NetworkByHand(samples))  # type: ignore[arg-type]
    true = samples.expression[:, READ_PLACES]
    np.testing.assert_allclose(made.raw[:, READ_PLACES], true, atol=1e-5)
    assert np.abs(made.sent.expression[:, READ_PLACES] - true).mean() < 0.01
    np.testing.assert_allclose(made.pose, samples.pose, atol=1e-4)
    looks = samples.kind == GAZE
    off = np.abs(made.sent.gaze[looks] - samples.gaze[looks])
    assert np.median(off) < 0.02
    half = network_output(samples, crops, NetworkByHand(samples, gain=0.5))  # type: ignore[arg-type]
    np.testing.assert_allclose(half.raw, 0.5 * made.raw, atol=1e-5)


def test_each_persons_pictures_are_read_by_a_network_that_knows_their_rest(samples: TrackedSamples) -> None:
    network = NetworkByHand(samples)
    network_output(samples, numbered_crops(samples), network)  # type: ignore[arg-type]
    last = {place: told for place, *told in network.told}
    assert len(last) == len(samples.person)
    for place, (code, share) in last.items():
        assert share == 1.0
        assert code == pytest.approx(float(samples.person[place]))
    _, *first_told = network.told[0]
    assert first_told == [0.0, 0.0]  # nothing is known of the first person yet
    assert len(np.unique(samples.person)) > 1


def test_a_constant_difference_is_no_error_of_the_pose(samples: TrackedSamples) -> None:
    tilted = NetworkByHand(samples, pitch_rad=0.05)
    made = network_output(samples, numbered_crops(samples), tilted)  # type: ignore[arg-type]
    assert np.abs(made.pose[:, 1] - samples.pose[:, 1]).mean() == pytest.approx(0.05, abs=1e-3)
    assert pose_error(samples.pose, made.pose).max() < 0.06  # float32


def test_the_error_of_a_pose_is_its_angle() -> None:
    true = np.zeros((4, 3), np.float32)
    seen = np.array([[0.1, 0, 0], [-0.1, 0, 0], [0, 0.1, 0], [0, -0.1, 0]], np.float32)
    assert pose_error(true, seen) == pytest.approx([np.degrees(0.1)] * 4, abs=1e-3)


def test_mediapipe_sees_the_pose_of_the_samples(samples: TrackedSamples) -> None:
    assert pose_error(samples.pose, mediapipe_pose(samples)).mean() < 6.0
