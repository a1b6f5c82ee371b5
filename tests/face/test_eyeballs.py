from __future__ import annotations

import numpy as np
import pytest

from face.eyeballs import eye_rotation, set_look_shapes
from protocol.blendshapes import INDEX


@pytest.mark.parametrize(("gaze", "axis"), [((0.3, 0.0), 0), ((0.0, 0.3), 1)])
def test_a_positive_gaze_looks_to_the_subjects_left_and_up(gaze: tuple[float, float], axis: int) -> None:
    looking = eye_rotation(np.array(gaze, np.float32)) @ np.array([0, 0, 1])
    assert looking[axis] == pytest.approx(np.sin(0.3), abs=1e-5)


def test_lids_follow_up_and_down_but_not_sideways() -> None:
    weights = np.full(52, 0.7, np.float32)
    set_look_shapes(weights, np.array([0.5, -0.275], np.float32))
    assert weights[INDEX["eyeLookDownLeft"]] == pytest.approx(0.5, abs=0.01)
    assert weights[INDEX["eyeLookDownRight"]] == weights[INDEX["eyeLookDownLeft"]]
    assert weights[INDEX["eyeLookUpLeft"]] == 0
    assert weights[INDEX["eyeLookInLeft"]] == weights[INDEX["eyeLookOutRight"]] == 0
    assert weights[INDEX["jawOpen"]] == np.float32(0.7)
    set_look_shapes(weights, np.array([0, 9], np.float32))
    assert weights[INDEX["eyeLookUpLeft"]] == 1
