"""The publishers: failures are mended with pauses, or raised when strict."""

from __future__ import annotations

import numpy as np
import pytest

from protocol.messages import Status
from runtime.errors import PortInUseError, PublishError, UnavailableError
from runtime.frames.frame import Frame
from runtime.publishers.memory import MemoryPublisher
from runtime.publishers.publisher_set import LONGEST_PAUSE_S, PublisherSet

FRAME = Frame(pixels=np.zeros((2, 2, 4), np.uint8), frame_id=1)
STATUS = Status(
    avatar="", engine="", provider="", fps=0.0, target_fps=0.0, size=2, uptime_s=0.0, frames=0,
    stages=[], drivers=[], dropped={}, values=[], publishers=[], notes=[],
)  # fmt: skip


class Cable:
    """A publisher whose cable can be cut; `openings` counts how often it was opened."""

    name = "cable"

    def __init__(self) -> None:
        self.is_cut = False
        self.is_blocked = False
        self.openings = 0
        self.closings = 0
        self.frames = 0

    def open(self) -> Cable:
        self.openings += 1
        if self.is_blocked:
            raise PortInUseError("port 1 is held")
        self.is_cut = False
        return self

    def publish(self, frame: Frame) -> None:
        if self.is_cut:
            raise PublishError("the cable is cut")
        self.frames += 1

    def publish_status(self, status: Status) -> None:
        if self.is_cut:
            raise PublishError("the cable is cut")

    def close(self) -> None:
        self.closings += 1


def test_a_failed_publisher_is_noted_and_opened_again_with_growing_pauses() -> None:
    cable, memory = Cable(), MemoryPublisher()
    publishers = PublisherSet({"cable": cable.open, "memory": lambda: memory})
    assert publishers.names == ["cable", "memory"]
    cable.is_cut = cable.is_blocked = True
    publishers.publish(FRAME, 0.0)
    assert publishers.names == ["memory"]
    assert "cable is cut" in publishers.notes()[0]
    tried = []
    for tenth in range(1, 2000):
        before = cable.openings
        publishers.publish_status(STATUS, tenth / 10)
        if cable.openings > before:
            tried.append(tenth / 10)
    pauses = np.diff(tried).tolist()
    assert tried[0] == 1.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE_S)
    assert "port 1 is held" in publishers.notes()[0]
    cable.is_blocked = False
    publishers.publish_status(STATUS, 300.0)
    assert publishers.notes() == []
    publishers.publish(FRAME, 301.0)
    assert cable.frames == 1
    assert memory.latest() is not None


def test_a_publisher_that_cannot_open_yet_is_opened_later_and_the_rest_goes_on() -> None:
    cable, memory = Cable(), MemoryPublisher()
    is_ready = False

    def open_cable() -> Cable:
        if not is_ready:
            raise PublishError("no camera is plugged in")
        return cable.open()

    publishers = PublisherSet({"cable": open_cable, "memory": lambda: memory})
    assert publishers.names == ["memory"]
    assert "no camera is plugged in; it is opened again" in publishers.notes()[0]
    publishers.publish_status(STATUS, 1.0)
    is_ready = True
    publishers.publish_status(STATUS, 2.0)  # too early: it was tried a second ago
    assert publishers.names == ["memory"]
    publishers.publish_status(STATUS, 10.0)
    assert (sorted(publishers.names), publishers.notes()) == (["cable", "memory"], [])


def test_an_unavailable_publisher_is_not_tried_again() -> None:
    tried = 0

    def open_texture() -> Cable:
        nonlocal tried
        tried += 1
        raise UnavailableError("only on another system")

    publishers = PublisherSet({"texture": open_texture})
    for second in range(100):
        publishers.publish_status(STATUS, float(second))
    assert tried == 1
    assert publishers.notes() == ["publisher texture: only on another system"]
    with pytest.raises(UnavailableError):
        PublisherSet({"texture": open_texture}, is_strict=True)


def test_strict_raises() -> None:
    cable = Cable()
    publishers = PublisherSet({"cable": cable.open}, is_strict=True)
    cable.is_cut = True
    with pytest.raises(PublishError, match="cut"):
        publishers.publish(FRAME, 0.0)


def test_open_publishers_are_closed_when_another_cannot_be_opened() -> None:
    first, second = Cable(), Cable()
    second.is_blocked = True
    with pytest.raises(PortInUseError):
        PublisherSet({"first": first.open, "second": second.open})
    assert first.closings == 1


def test_closing_twice_closes_once() -> None:
    cable = Cable()
    publishers = PublisherSet({"cable": cable.open})
    publishers.close()
    publishers.close()
    assert cable.closings == 1
