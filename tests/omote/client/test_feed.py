from __future__ import annotations

import logging
import threading

import pytest

from omote.client import feed as module
from omote.client.errors import NoFrameError
from omote.client.feed import Feed


def test_it_warns_once_until_something_arrives_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "WARN_S", 0.0)
    answers = iter([None, None, None, 1, None, None, 2])
    made = Feed(
        lambda _: next(answers),
        problem=lambda: "no runtime; start one with: omote run",
        close=lambda: None,
        ends=threading.Event(),
        timeout_s=None,
    )
    with caplog.at_level(logging.WARNING):
        assert made.next() == 1
        assert len(caplog.messages) == 1
        assert made.next() == 2
    assert caplog.messages == ["no runtime; start one with: omote run"] * 2


def test_it_ends_when_the_client_is_closed_and_waits_no_longer_than_it_may() -> None:
    ends, waits = threading.Event(), list[float]()

    def read(wait_s: float) -> int | None:
        waits.append(wait_s)
        return None

    made = Feed(read, problem=lambda: "", close=lambda: None, ends=ends, timeout_s=0.0)
    with pytest.raises(NoFrameError, match="nothing arrived within 0 s"):
        made.next()
    assert waits == [0.0]
    ends.set()
    assert made.next() is None
    assert waits == [0.0]
