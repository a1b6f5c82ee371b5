from __future__ import annotations

import msgspec
import pytest

from bridge.calibration.steps import STEPS
from protocol.calibration_progress import MAX_LINE_BYTES, CalibrationProgress


def test_it_comes_back_from_json_and_says_only_what_is_known() -> None:
    progress = CalibrationProgress(
        state="hold", number=3, of=14, ask="Smile broadly", left_s=1.5, length_s=2.0
    )
    line = msgspec.json.encode(progress)
    assert msgspec.json.decode(line, type=CalibrationProgress) == progress
    assert msgspec.json.encode(CalibrationProgress(state="waiting")) == b'{"state":"waiting"}'


def test_the_longest_result_fits_a_line() -> None:
    longest = [f"{step.title}: the other way round, 1000000.0 times as strong" for step in STEPS]
    assert 4 * len(msgspec.json.encode(CalibrationProgress(state="done", changes=longest))) < MAX_LINE_BYTES


@pytest.mark.parametrize("line", [b'{"state":"flying"}', b"{}", b"[]", b'{"state":"hold","number":"3"}'])
def test_what_is_no_progress_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line, type=CalibrationProgress)
