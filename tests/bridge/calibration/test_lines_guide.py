from __future__ import annotations

import pytest

from bridge.calibration.lines_guide import LinesGuide
from bridge.calibration.steps import STEPS


def test_the_person_reads_what_to_do_and_what_came_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    guide = LinesGuide(said.append)
    guide.wait_for_face("vmc")
    guide.wait_for_face("vmc", "no face yet")
    guide.begin("vmc:Anna")
    guide.ask(2, 14, STEPS[1])
    for past_s in (0.0, 1.0, 2.0):
        guide.count_down("hold", past_s, 2.0)
    guide.tell_missed(3, is_last=False)
    guide.tell_missed(0, is_last=True)
    guide.tell_measured(60, "jawOpen +0.60")
    guide.tell_measured(60, "")
    guide.finish(["Smile: 2.0 times as strong"])
    assert said[:2] == ["waiting for a face from vmc", "no face yet"]
    assert "vmc:Anna" in said[2]
    assert said[3] == f"2/14  {STEPS[1].ask}"
    assert [line.strip() for line in said[4:]] == [
        "the face was seen in 3 pictures only: once more",
        "the face was seen in 0 pictures only: skipped",
        "60 pictures: jawOpen +0.60",
        "60 pictures",
    ]
    assert capsys.readouterr().out == ""  # bars go to standard error
