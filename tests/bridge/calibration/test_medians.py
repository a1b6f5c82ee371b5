from __future__ import annotations

import numpy as np

from bridge.calibration.medians import medians_of, percentiles
from bridge.observation import Observation
from protocol.blendshapes import BLENDSHAPES


def test_percentiles_ignore_unreported_values() -> None:
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan], [2.0, np.nan, np.nan]])
    np.testing.assert_array_equal(percentiles(values, 50.0), [2.0, 5.0, np.nan])
    np.testing.assert_array_equal(percentiles(values, 100.0), [3.0, 5.0, np.nan])


def test_a_blink_among_the_observations_does_not_move_the_median() -> None:
    faces = []
    for blink in (0.1, 0.1, 0.9, 0.1, 0.1):
        expression = np.full(len(BLENDSHAPES), np.nan)
        expression[0] = blink
        faces.append(Observation("cam", expression=expression, pose={"yaw": 0.2}, gaze={"pitch": blink}))
    medians = medians_of(faces)
    assert medians.expression[0] == 0.1
    assert np.isnan(medians.expression[1:]).all()
    np.testing.assert_array_equal(medians.pose, [0.2, np.nan, np.nan])
    np.testing.assert_array_equal(medians.gaze, [np.nan, 0.1])
