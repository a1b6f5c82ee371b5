"""A network that reads half of everything: the profile of a calibration makes it whole again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bridge.calibration.steps import STEPS
from measure.errors import MeasureError
from measure.tracker.calibration_fit import calibrated_profiles
from measure.tracker.network_output import network_output
from measure.tracker.webcam_sessions import ALONE
from protocol.blendshapes import INDEX
from tests.measure.tracker.network_by_hand import NetworkByHand, numbered_crops
from tests.measure.tracker.steps_by_hand import sessions_of, steps_of

SMILE = INDEX["mouthSmileLeft"]


def test_each_person_has_a_profile_of_what_their_face_reaches() -> None:
    steps = steps_of([2, 5])
    network: Any = NetworkByHand(steps, gain=0.5)
    profiles = calibrated_profiles(steps, numbered_crops(steps), network)
    assert list(profiles) == [2, 5]
    smile = next(number for number, step in enumerate(STEPS) if step.name == "smile")
    for person, profile in profiles.items():
        reached = 0.5 * steps.expression[(steps.person == person) & (steps.kind == smile), SMILE].max()
        assert profile.full[SMILE] == pytest.approx(reached, abs=0.03)
        assert profile.full[INDEX["mouthDimpleLeft"]] == 1.0  # nobody was asked for it


def test_a_weak_reading_is_whole_with_the_profile() -> None:
    sessions, steps = sessions_of([2, 5]), steps_of([2, 5])
    reading: Any = NetworkByHand(sessions, gain=0.5)
    calibrating: Any = NetworkByHand(steps, gain=0.5)
    profiles = calibrated_profiles(steps, numbered_crops(steps), calibrating)
    crops = numbered_crops(sessions)
    asked = [INDEX[name] for name in ("jawOpen", "mouthPucker", "mouthSmileLeft", "eyeBlinkLeft")]
    shown = (sessions.expression[:, asked].max(1) > 0.5) & (sessions.kind != ALONE)
    true = sessions.expression[shown][:, asked]
    before, after = (
        network_output(sessions, crops, reading, one).sent.expression[shown][:, asked]
        for one in (None, profiles)
    )
    assert shown.sum() > 3
    assert np.abs(after - true).mean() < 0.6 * np.abs(before - true).mean()


def test_a_person_who_was_never_at_rest_is_named() -> None:
    steps = steps_of([2])
    steps.kind[steps.kind == 0] = 1
    network: Any = NetworkByHand(steps)
    with pytest.raises(MeasureError, match="person 2 was drawn at rest, but no face was found"):
        calibrated_profiles(steps, numbered_crops(steps), network)
