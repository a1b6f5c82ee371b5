"""What `omote doctor --engines` says and recommends, and that a crash or a slow engine is no crash or wait of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from omote.checks import engine_times
from omote.checks.engine_probe import EngineTime
from omote.checks.engine_times import LIMITS_S, as_finding, check_engines, recommendation, timed


def rates(**fps: float) -> list[EngineTime]:
    return [EngineTime(name, "a card", 1000.0 / one if one else 0.0) for name, one in fps.items()]


def test_all_of_it_takes_at_most_twenty_seconds() -> None:
    assert sum(LIMITS_S.values()) <= 20.0


@pytest.mark.parametrize(
    ("fps", "expected"),
    [
        ({"head": 200, "retouch": 60, "liveportrait": 70}, "liveportrait"),
        ({"head": 200, "retouch": 60, "liveportrait": 0.1}, "retouch"),
        ({"head": 200, "retouch": 12, "tha": 60}, "head"),
        ({"head": 200, "retouch": 0}, "head"),
    ],
)
def test_the_best_that_keeps_its_rate_is_recommended(fps: dict[str, float], expected: str) -> None:
    finding = recommendation(rates(**fps))
    assert (finding.state, finding.text) == ("ok", f"for a portrait: {expected}")
    assert expected in finding.advice


def test_a_trial_is_told_of_and_not_recommended() -> None:
    """`omote run` does not choose it by itself either."""
    head, retouch = (
        EngineTime("head", "a card", 5.0, 9),
        EngineTime("retouch", "a card", 8.0, 9, is_trial=True),
    )
    assert recommendation([head, retouch]).text == "for a portrait: head"
    assert "a trial" in as_finding(retouch, 6.0).text
    assert "a trial" not in as_finding(head, 6.0).text


def test_where_all_are_too_slow_smaller_frames_are_advised() -> None:
    finding = recommendation(rates(head=12, retouch=3))
    assert finding.state == "hint"
    assert "--size 256" in finding.advice


def test_where_none_could_be_timed_nothing_is_recommended() -> None:
    assert "could be timed" in recommendation(rates(head=0, retouch=0, tha=50)).text


def test_a_time_is_shown_as_a_rate_and_a_reason_with_its_advice() -> None:
    assert (
        "4.0 ms a frame, 250.0 a second, on a card"
        in as_finding(EngineTime("head", "a card", 4.0, 9), 4.0).text
    )
    hint = as_finding(EngineTime("tha", note="ONNX Runtime is missing; pip install it"), 5.0)
    assert (hint.state, hint.text, hint.advice) == (
        "hint",
        "tha: not timed: ONNX Runtime is missing",
        "pip install it",
    )


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program that stands in the probe's place."""
    path = tmp_path / "probe.sh"
    path.touch(mode=0o755)
    monkeypatch.setattr(engine_times.sys, "executable", str(path))
    return path


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the programs of this test are shell scripts")
def test_what_a_slow_engine_had_told_counts(script: Path) -> None:
    told = '{"engine":"head","provider":"a card","frame_ms":900.0,"pictures":1,"note":""}'
    script.write_text(f"#!/bin/sh\necho starting\necho '{told}'\nexec sleep 100\n")
    assert timed("head", 1.0) == EngineTime("head", "a card", 900.0, 1)
    script.write_text("#!/bin/sh\nexec sleep 100\n")
    assert "no picture within 0.5 s" in timed("head", 0.5).note


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the programs of this test are shell scripts")
def test_a_crash_is_a_reason(script: Path) -> None:
    script.write_text("#!/bin/sh\necho 'libGL: no such device' >&2\nexit 139\n")
    assert timed("head", 30.0).note == "libGL: no such device"


def test_the_real_ones_are_run_and_one_finding_is_given_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """With patience: on a busy machine loading alone takes longer than a user waits."""
    monkeypatch.setattr(engine_times, "LIMITS_S", {"head": 120.0, "liveportrait": 120.0})
    monkeypatch.setattr(engine_times, "_DRAWS", 0.001)
    head, liveportrait, last = check_engines()
    assert "ms a frame" in head.text
    assert "liveportrait: not timed" in liveportrait.text
    assert last.text.startswith("for a portrait: head")
