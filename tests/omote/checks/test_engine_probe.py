"""Timing of one engine: the arithmetic with a clock of the test, and a real engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omote.checks import engine_probe
from omote.checks.engine_probe import PROBES, EngineTime, probe
from protocol.errors import OmoteError
from runtime.engines.selection import ENGINES


def test_every_engine_that_draws_is_timed() -> None:
    assert set(PROBES) == set(ENGINES) - {"null"}


def test_the_median_leaves_the_first_picture_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of 500, 10, 20 and 30 ms: a clock that the drawing moves on."""
    now = [0.0]
    costs: Iterator[float] = iter((0.5, 0.01, 0.02, 0.03))

    def draw(number: int) -> None:
        now[0] += next(costs)

    monkeypatch.setitem(engine_probe.PROBES, "head", lambda: ("a card", "a note", draw))
    told: list[EngineTime] = []
    found = probe("head", 0.55, lambda: now[0], told.append)
    assert (found.provider, found.note, found.pictures) == ("a card", "a note", 4)
    assert found.frame_ms == pytest.approx(20.0)
    assert told[0].frame_ms == pytest.approx(
        500.0
    )  # what is told after the first picture, should the process be ended
    assert told[-1] == found


def test_an_engine_that_cannot_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> tuple[str, str, engine_probe.Draw]:
        raise OmoteError("there is no OpenGL 3.3; install a driver")

    monkeypatch.setitem(engine_probe.PROBES, "head", fails)
    found = probe("head", 1.0, lambda: 0.0, lambda one: None)
    assert (found.frame_ms, found.note) == (0.0, "there is no OpenGL 3.3; install a driver")


def test_liveportrait_without_its_files_says_where_they_are() -> None:
    found = probe("liveportrait", 1.0, lambda: 0.0, lambda one: None)
    assert found.frame_ms == 0.0
    assert "omote weights says where people get them" in found.note
