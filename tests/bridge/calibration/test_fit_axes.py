"""Head and gaze steps as medians, seen by trackers with one known fault each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bridge.calibration.fit_axes import SCALE_TOLERANCE, fit_gaze, fit_pose
from bridge.calibration.fitted import Fitted
from bridge.calibration.medians import ANGLES, Medians
from bridge.calibration.profile import CalibrationProfile, load_profile
from bridge.calibration.steps import STEPS
from bridge.observation import GAZE_AXES
from protocol.blendshapes import BLENDSHAPES

BASE: CalibrationProfile = load_profile(tracker="unknown")  # the neutral profile: all gains 1, no mirror
REST = Medians(np.zeros(len(BLENDSHAPES)), np.zeros(3), np.zeros(2))


def steps(head: Callable[[np.ndarray], np.ndarray], gaze_scale: float = 1.0) -> dict[str, Medians]:
    """All steps of head and gaze, done exactly, as a tracker reports them that changes the angles by `head`."""
    seen = {}
    for step in STEPS:
        pose, gaze = np.zeros(3), np.zeros(2)
        if step.pose[0]:
            pose[ANGLES.index(step.pose[0])] = step.pose[1]
        if step.gaze[0]:
            gaze[GAZE_AXES.index(step.gaze[0])] = step.gaze[1] * gaze_scale
        seen[step.name] = Medians(np.zeros(len(BLENDSHAPES)), head(pose), gaze)
    return seen


def fitted_pose(head: Callable[[np.ndarray], np.ndarray]) -> tuple[dict[str, object], bool]:
    fitted = Fitted()
    is_flipped = fit_pose(fitted, steps(head), REST, BASE)
    return fitted.tables, is_flipped


def test_a_correct_tracker_is_not_changed() -> None:
    assert fitted_pose(lambda pose: pose) == ({}, False)


@pytest.mark.parametrize("place", range(3))
def test_a_reversed_sign_is_corrected(place: int) -> None:
    signs = np.ones(3)
    signs[place] = -1.0
    tables, is_flipped = fitted_pose(lambda pose: pose * signs)
    assert tables == {"pose": {ANGLES[place]: -1.0}}
    assert not is_flipped


def test_yaw_and_roll_reversed_together_are_a_mirror() -> None:
    assert fitted_pose(lambda pose: pose * [-1.0, 1.0, -1.0]) == ({"mirror": True}, True)


def test_exchanged_axes_are_exchanged_back() -> None:
    tables, _ = fitted_pose(lambda pose: pose[[1, 0, 2]])
    assert tables == {"pose": {"swap": ["yaw", "pitch"]}}


@pytest.mark.parametrize(("scale", "gain"), [(0.5, 2.0), (3.0, 0.333), (1.2, None), (0.8, None)])
def test_only_a_scale_that_is_far_off_is_corrected(scale: float, gain: float | None) -> None:
    tables, _ = fitted_pose(lambda pose: pose * scale)
    assert tables == ({} if gain is None else {"pose": dict.fromkeys(ANGLES, gain)})
    assert (max(scale, 1 / scale) > SCALE_TOLERANCE) == (gain is not None)


def test_a_head_that_was_not_turned_corrects_nothing() -> None:
    fitted = Fitted()
    assert not fit_pose(fitted, steps(lambda pose: pose * 0.01), REST, BASE)
    assert fitted.tables == {}
    assert "yaw hardly moves: left as it is" in fitted.findings


@pytest.mark.parametrize(("scale", "gain"), [(0.5, 2.0), (-1.0, -1.0), (1.1, None), (0.6, None)])
def test_a_reported_gaze_gets_its_factor(scale: float, gain: float | None) -> None:
    fitted = Fitted()
    fit_gaze(fitted, steps(lambda pose: pose, gaze_scale=scale), REST, BASE, is_flipped=False)
    expected = {} if gain is None else {"gaze": {f"gain_{axis}": gain for axis in GAZE_AXES}}
    assert fitted.tables == expected
