"""PublisherSet: all publishers of a runtime; one that fails is closed, named, and opened again later.

One for which this machine has no road is named and left alone. The others go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

from protocol.messages import PublisherStatus, Status
from runtime.errors import PublishError, RuntimeFailure, UnavailableError
from runtime.frames.frame import Frame
from runtime.publishers.publisher import FramePublisher, SupportsDetail

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0

Opener = Callable[[], FramePublisher]


@dataclass(slots=True)
class _Gone:
    """A publisher that failed, and when it is tried again: never, where that is infinitely late."""

    reason: str
    again_at_s: float
    pause_s: float


class PublisherSet:
    """Publishes to everybody; belongs to the loop's thread.

    Args:
        openers: name -> what makes the publisher; called at once, and again after a failure.
        is_strict: a failure is raised instead of being mended.
    """

    def __init__(self, openers: Mapping[str, Opener], *, is_strict: bool = False) -> None:
        """Open all; a PublishError is noted, and mended later.

        Raises:
            RuntimeFailure: whatever else an opener raises, e.g. PortInUseError, and PublishError when strict;
                nothing stays open then.
        """
        self._openers = dict(openers)
        self._is_strict = is_strict
        self._open: dict[str, FramePublisher] = {}
        self._gone: dict[str, _Gone] = {}
        self._opened: dict[str, tuple[float, float]] = {}  # when again, and after which pause
        try:
            for name, opener in self._openers.items():
                try:
                    self._open[name] = opener()
                except PublishError as error:
                    if is_strict:
                        raise
                    self._gone[name] = _Gone(str(error), _again_at_s(error, -inf), FIRST_PAUSE_S)
        except BaseException:
            self.close()
            raise

    @property
    def names(self) -> list[str]:
        """Those that are open."""
        return list(self._open)

    def get(self, name: str) -> FramePublisher | None:
        """An open publisher by its name."""
        return self._open.get(name)

    def publish(self, frame: Frame, now_s: float) -> None:
        """Hand a frame to everybody.

        Raises:
            PublishError: only when strict.
        """
        for name, publisher in self._open.items():
            try:
                publisher.publish(frame)
            except PublishError as error:
                self._lose(name, error, now_s)
                return  # the others get the next frame

    def publish_status(self, status: Status, now_s: float) -> None:
        """Hand a status to everybody, and try those again that are gone."""
        for name, publisher in self._open.items():
            try:
                publisher.publish_status(status)
            except PublishError as error:
                self._lose(name, error, now_s)
                break
        for name in [name for name, gone in self._gone.items() if now_s >= gone.again_at_s]:
            self._reopen(name, now_s)

    def notes(self) -> list[str]:
        """One line for each that is gone."""
        return [
            f"publisher {name}: {gone.reason}"
            + ("" if gone.again_at_s == inf else f"; it is opened again within {gone.pause_s:g} s")
            for name, gone in self._gone.items()
        ]

    def states(self) -> list[PublisherStatus]:
        """Every publisher, in the order they were asked for."""
        return [self._state(name) for name in self._openers]

    def _state(self, name: str) -> PublisherStatus:
        gone = self._gone.get(name)
        if gone is not None:
            return PublisherStatus(name=name, is_open=False, detail=gone.reason)
        publisher = self._open.get(name)
        detail = publisher.detail if isinstance(publisher, SupportsDetail) else ""
        return PublisherStatus(name=name, is_open=publisher is not None, detail=detail)

    def close(self) -> None:
        """Close all; may be called twice."""
        for publisher in self._open.values():
            publisher.close()
        self._open.clear()

    def _lose(self, name: str, error: PublishError, now_s: float) -> None:
        self._open.pop(name).close()
        if self._is_strict:
            raise error
        opened_s, pause_s = self._opened.get(name, (now_s, 0.0))
        is_steady = now_s - opened_s > LONGEST_PAUSE_S
        pause_s = FIRST_PAUSE_S if is_steady or not pause_s else min(2.0 * pause_s, LONGEST_PAUSE_S)
        self._gone[name] = _Gone(str(error), _again_at_s(error, now_s + pause_s), pause_s)

    def _reopen(self, name: str, now_s: float) -> None:
        gone = self._gone[name]
        try:
            self._open[name] = self._openers[name]()
        except RuntimeFailure as error:
            gone.pause_s = min(2.0 * gone.pause_s, LONGEST_PAUSE_S)
            gone.again_at_s = _again_at_s(error, now_s + gone.pause_s)
            gone.reason = str(error)
        else:
            self._opened[name] = (now_s, gone.pause_s)
            del self._gone[name]


def _again_at_s(error: Exception, at_s: float) -> float:
    return inf if isinstance(error, UnavailableError) else at_s
