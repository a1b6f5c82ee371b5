"""The link over a publisher whose runtime the test connects and disconnects."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bridge.sending.runtime_link import WARN_AFTER_NS, RuntimeLink
from protocol.messages import ControlMessage

MESSAGES = (ControlMessage(layer="pose", source="a", values={"yaw": 0.1}),)
MS = 1_000_000
GONE = "no runtime receives the messages at tcp://runtime; start it with: omote run"
BACK = "a runtime receives the messages at tcp://runtime now"


class Publisher:
    """A publisher without a socket."""

    address = "tcp://runtime"

    def __init__(self) -> None:
        self.is_connected = False
        self.forgotten: list[str] = []
        self.sent: list[int] = []

    def send(self, messages: Iterable[ControlMessage]) -> bool:
        self.sent.append(len(list(messages)))
        return self.is_connected

    def forget(self, source: str = "") -> None:
        self.forgotten.append(source)


class Stage:
    def __init__(self) -> None:
        self.publisher = Publisher()
        self.lines: list[str] = []
        self.link = RuntimeLink(self.publisher, say=self.lines.append)  # type: ignore[arg-type]
        self.now_ns = 5

    def send_for(self, ns: int, every_ns: int = 100 * MS) -> None:
        """Send messages every so often, the last time after `ns`."""
        for _ in range(ns // every_ns):
            self.now_ns += every_ns
            self.link.send(MESSAGES, self.now_ns)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_missing_runtime_is_reported_once_after_a_second(stage: Stage) -> None:
    stage.send_for(WARN_AFTER_NS)  # the first failure was one step after the start
    assert stage.lines == []
    assert stage.link.is_taken
    stage.send_for(10 * WARN_AFTER_NS)
    assert stage.lines == [GONE]
    assert not stage.link.is_taken
    assert stage.link.note == "; no runtime receives the messages"


def test_return_of_the_runtime_is_reported_once(stage: Stage) -> None:
    stage.send_for(2 * WARN_AFTER_NS)
    stage.publisher.is_connected = True
    stage.send_for(3 * WARN_AFTER_NS)
    assert stage.lines == [GONE, BACK]
    assert (stage.link.is_taken, stage.link.note) == (True, "")


def test_short_interruptions_are_not_reported(stage: Stage) -> None:
    for is_connected in (True, False) * 5:
        stage.publisher.is_connected = is_connected
        stage.send_for(WARN_AFTER_NS - 100 * MS)
    assert stage.lines == []


def test_single_failures_far_apart_do_not_add_up(stage: Stage) -> None:
    stage.send_for(10 * WARN_AFTER_NS, every_ns=2 * WARN_AFTER_NS)
    assert stage.lines == []


def test_nothing_to_send_is_not_a_failure(stage: Stage) -> None:
    for _ in range(50):
        stage.now_ns += 100 * MS
        stage.link.send((), stage.now_ns)
    assert stage.lines == []
    assert stage.publisher.sent == []


def test_retry_and_forget_reach_the_publisher(stage: Stage) -> None:
    stage.link.retry()
    stage.link.forget("a")
    stage.link.forget()
    assert stage.publisher.sent == [0]
    assert stage.publisher.forgotten == ["a", ""]
