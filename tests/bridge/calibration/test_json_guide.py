from __future__ import annotations

import io

import msgspec

from bridge.calibration.json_guide import JsonGuide
from bridge.calibration.steps import STEPS
from protocol.calibration_progress import CalibrationProgress


def told(out: io.StringIO) -> list[CalibrationProgress]:
    return [msgspec.json.decode(line, type=CalibrationProgress) for line in out.getvalue().splitlines()]


def test_each_line_says_everything_that_is_known() -> None:
    out = io.StringIO()
    guide = JsonGuide(out)
    guide.wait_for_face("webcam")
    guide.wait_for_face("webcam", "no face yet")
    guide.begin("webcam")
    guide.ask(1, 14, STEPS[0])
    guide.count_down("ready", 1.0, 3.0)
    guide.count_down("hold", 2.0, 2.0)
    guide.finish(["Smile: 2.0 times as strong"])
    assert told(out) == [
        CalibrationProgress(state="waiting"),
        CalibrationProgress(state="waiting", hint="no face yet"),
        CalibrationProgress(
            state="ready", source="webcam", number=1, of=14, ask=STEPS[0].ask, left_s=2.0, length_s=3.0
        ),
        CalibrationProgress(
            state="hold", source="webcam", number=1, of=14, ask=STEPS[0].ask, left_s=0.0, length_s=2.0
        ),
        CalibrationProgress(state="done", source="webcam", changes=["Smile: 2.0 times as strong"]),
    ]


def test_a_missed_attempt_is_said_with_what_follows_until_something_is_measured() -> None:
    out = io.StringIO()
    guide = JsonGuide(out)
    guide.ask(1, 2, STEPS[0])
    guide.tell_missed(0, is_last=False)
    guide.count_down("ready", 0.0, 3.0)
    guide.tell_missed(0, is_last=True)
    guide.ask(2, 2, STEPS[1])
    guide.count_down("ready", 0.0, 3.0)
    guide.tell_measured(60, "")
    guide.count_down("ready", 0.0, 3.0)
    first, second, third = (progress.note for progress in told(out))
    assert "once more" in first
    assert "left out" in second
    assert third == ""
