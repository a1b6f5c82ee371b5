from __future__ import annotations

import numpy as np
import pytest

from face.mouth_controls import CONTROLS, shapes_of
from protocol.blendshapes import INDEX


def test_an_asymmetric_mouth_moves_one_side_more() -> None:
    controls = np.zeros(len(CONTROLS))
    controls[CONTROLS.index("stretch")] = 0.5
    shapes = shapes_of(controls, 1.1)
    assert shapes[INDEX["mouthStretchLeft"]] == pytest.approx(0.55)
    assert shapes[INDEX["mouthStretchRight"]] == pytest.approx(0.45)


def test_the_tongue_stays_behind_a_shut_mouth() -> None:
    controls = np.zeros(len(CONTROLS))
    controls[CONTROLS.index("tongue")] = 1.0
    assert shapes_of(controls, 1.0)[INDEX["tongueOut"]] == 0.0
    controls[CONTROLS.index("jaw")] = 0.5
    assert shapes_of(controls, 1.0)[INDEX["tongueOut"]] == 1.0
