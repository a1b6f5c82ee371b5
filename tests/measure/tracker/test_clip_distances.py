from __future__ import annotations

import numpy as np
import pytest

from measure.tracker.clip_distances import distance_rows
from protocol.blendshapes import INDEX
from tests.measure.tracker.runs_by_hand import reading_of, still_face

COUNT = 40


def blinking() -> tuple[np.ndarray, np.ndarray]:
    """Landmarks whose left lids shut and open, and by how much they are shut, 0..1."""
    shut = 0.5 + 0.5 * np.sin(np.linspace(0, 9, COUNT))
    points = still_face(COUNT)
    for upper, lower in ((386, 374), (385, 380), (387, 373)):
        points[:, upper, 0] = points[:, lower, 0] = 80
        points[:, lower, 1] = 6
        points[:, upper, 1] = 6 - 12 * (1 - shut)
    return points, shut


def test_a_blink_that_follows_the_lids_correlates_with_them() -> None:
    points, shut = blinking()
    network, other = np.full((COUNT, 52), 0.1), np.full((COUNT, 52), 0.1)
    network[:, INDEX["eyeBlinkLeft"]] = 0.2 + 0.3 * shut
    other[:, INDEX["eyeBlinkLeft"]] = 1 - shut
    rows = {row.name: row for row in distance_rows(reading_of(network, other, points))}
    assert rows["eyeBlinkLeft"].network == pytest.approx(1.0)
    assert rows["eyeBlinkLeft"].mediapipe == pytest.approx(-1.0)


def test_what_does_not_move_is_not_compared() -> None:
    points, _ = blinking()
    network = np.random.default_rng(0).uniform(0, 1, (COUNT, 52))
    rows = {row.name: row for row in distance_rows(reading_of(network, network, points))}
    assert np.isnan(rows["eyeBlinkRight"].network)
    assert np.isnan(rows["jawOpen"].mediapipe)


def test_shut_lips_under_an_open_jaw_are_a_small_distance() -> None:
    points, level = blinking()
    for upper, lower in ((13, 14), (312, 317), (82, 87)):
        points[:, upper] = 50, 80
        points[:, lower, 0], points[:, lower, 1] = 50, 80 + 20 * level
    network = np.zeros((COUNT, 52))
    network[:, INDEX["jawOpen"]] = 0.9
    network[:, INDEX["mouthClose"]] = 0.9 * (1 - level)
    rows = {row.name: row.network for row in distance_rows(reading_of(network, network, points))}
    assert rows["jawOpen - mouthClose"] == pytest.approx(1.0)
