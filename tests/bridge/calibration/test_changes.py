"""What a calibration changes, in words; the fits are those of real observations."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.calibration.changes import changes
from bridge.calibration.fit import fit
from bridge.calibration.profile import load_profile
from bridge.calibration.steps import REST, STEPS
from bridge.observation import Observation
from protocol.blendshapes import INDEX

BASE = load_profile(tracker="livelink")


def session(
    reach: float = 0.5, turn: float = 1.0, absent: tuple[str, ...] = ()
) -> dict[str, list[Observation]]:
    """Every step as a person shows it whose face reaches `reach` of full, and whose head turns `turn` times as asked."""
    found = {}
    for step in STEPS:
        if step.name in absent:
            continue
        expression = np.zeros(52)
        for stem in step.shapes:
            for name in (stem, f"{stem}Left", f"{stem}Right"):
                if name in INDEX:
                    expression[INDEX[name]] = reach
        pose = dict.fromkeys(("yaw", "pitch", "roll"), 0.0)
        if step.pose[0]:
            pose[step.pose[0]] = step.pose[1] * turn
        gaze = dict.fromkeys(("yaw", "pitch"), 0.0)
        if step.gaze[0]:
            gaze[step.gaze[0]] = step.gaze[1]
        found[step.name] = [Observation("livelink:a", expression=expression, pose=pose, gaze=gaze)] * 12
    return found


def told(steps: dict[str, list[Observation]]) -> list[str]:
    return changes(fit(steps, BASE), measured=steps, base=BASE)


@pytest.mark.parametrize(("reach", "words"), [(0.5, "2.0 times"), (0.25, "4.0 times")])
def test_a_face_that_reaches_half_comes_out_twice_as_strong(reach: float, words: str) -> None:
    lines = told(session(reach))
    assert f"Smile: {words} as strong" in lines
    assert f"Open mouth: {words} as strong" in lines
    assert not any("hardly" in line.lower() for line in lines)


def test_what_stays_is_named_in_one_line() -> None:
    lines = told(session(1.0))
    kept = next(line for line in lines if line.startswith("As before: "))
    assert {"Open mouth", "smile", "turned head", "look up"} <= set(
        kept.removeprefix("As before: ").split(", ")
    )
    assert lines[0] == "Face at rest and straight ahead: measured"


def test_a_head_that_turns_the_wrong_way_and_half_as_far() -> None:
    lines = told(session(turn=-0.5))
    assert "Turned head: the other way round, 2.0 times as strong" in lines


def test_what_was_not_seen_or_did_not_move_is_left_as_before() -> None:
    steps = session(absent=("pucker",)) | {"turn": session()[REST]}
    [line] = [line for line in told(steps) if line.startswith("Hardly seen")]
    assert line == "Hardly seen, left as before: Kiss, turned head"
