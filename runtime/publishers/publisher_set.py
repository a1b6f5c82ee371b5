"""PublisherSet: all publishers of a runtime, with error handling.

A publisher that fails is closed, named in the status, and opened again after growing pauses; the others continue. A
publisher that this machine does not have (UnavailableError) is named and not tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

from protocol.messages import PublisherStatus, Status
from runtime.errors import PublishError, RuntimeFailure, UnavailableError
from runtime.frames.frame import Frame
from runtime.publishers.publisher import CountsBytes, FramePublisher, SupportsDetail

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0

Opener = Callable[[], FramePublisher]


@dataclass(slots=True)
class _Failed:
    """A failed publisher, and when it is opened again; infinity = never."""

    reason: str
    again_at_s: float
    pause_s: float


class PublisherSet:
    """Passes frames and statuses to all open publishers. Belongs to the loop's thread."""

    def __init__(self, openers: Mapping[str, Opener], *, is_strict: bool = False) -> None:
        """Open all publishers. One that raises PublishError is opened again later.

        Args:
            openers: name -> function that opens the publisher; called here, and again after a failure.
            is_strict: raise the first PublishError instead.

        Raises:
            RuntimeFailure: every other error of an opener, such as PortInUseError, and PublishError if strict;
                all publishers are closed then.
        """
        self._openers = dict(openers)
        self._is_strict = is_strict
        self._open: dict[str, FramePublisher] = {}
        self._failed: dict[str, _Failed] = {}
        self._opened: dict[str, tuple[float, float]] = {}  # when it was opened again, and after which pause
        try:
            for name, opener in self._openers.items():
                try:
                    self._open[name] = opener()
                except PublishError as error:
                    if is_strict:
                        raise
                    self._failed[name] = _Failed(str(error), _again_at_s(error, -inf), FIRST_PAUSE_S)
        except BaseException:
            self.close()
            raise

    @property
    def names(self) -> list[str]:
        """The names of the open publishers."""
        return list(self._open)

    def get(self, name: str) -> FramePublisher | None:
        """An open publisher by its name; None if it is not open."""
        return self._open.get(name)

    def publish(self, frame: Frame, now_s: float) -> None:
        """Publish a frame with every open publisher.

        Raises:
            PublishError: a publisher failed, and the set is strict.
        """
        for name, publisher in self._open.items():
            try:
                publisher.publish(frame)
            except PublishError as error:
                self._fail(name, error, now_s)
                return  # the dictionary has changed; the publishers after it get the next frame

    def publish_status(self, status: Status, now_s: float) -> None:
        """Publish a status with every open publisher, and open failed ones again whose pause is over.

        Raises:
            PublishError: a publisher failed, and the set is strict.
        """
        for name, publisher in self._open.items():
            try:
                publisher.publish_status(status)
            except PublishError as error:
                self._fail(name, error, now_s)
                break
        for name in [name for name, failed in self._failed.items() if now_s >= failed.again_at_s]:
            self._reopen(name, now_s)

    def notes(self) -> list[str]:
        """One line for each failed publisher."""
        return [
            f"publisher {name}: {failed.reason}"
            + ("" if failed.again_at_s == inf else f"; it is opened again within {failed.pause_s:g} s")
            for name, failed in self._failed.items()
        ]

    def sent_bytes(self) -> int:
        """Sent over the network by the publishers that know it, since each was opened."""
        return sum(one.sent_bytes for one in self._open.values() if isinstance(one, CountsBytes))

    def states(self) -> list[PublisherStatus]:
        """The state of every publisher, in the order of the openers."""
        return [self._state(name) for name in self._openers]

    def _state(self, name: str) -> PublisherStatus:
        failed = self._failed.get(name)
        if failed is not None:
            return PublisherStatus(name=name, is_open=False, detail=failed.reason)
        publisher = self._open.get(name)
        detail = publisher.detail if isinstance(publisher, SupportsDetail) else ""
        return PublisherStatus(name=name, is_open=publisher is not None, detail=detail)

    def close(self) -> None:
        """Close all publishers; may be called twice."""
        for publisher in self._open.values():
            publisher.close()
        self._open.clear()

    def _fail(self, name: str, error: PublishError, now_s: float) -> None:
        self._open.pop(name).close()
        if self._is_strict:
            raise error
        opened_s, pause_s = self._opened.get(name, (now_s, 0.0))
        is_steady = now_s - opened_s > LONGEST_PAUSE_S
        pause_s = FIRST_PAUSE_S if is_steady or not pause_s else min(2.0 * pause_s, LONGEST_PAUSE_S)
        self._failed[name] = _Failed(str(error), _again_at_s(error, now_s + pause_s), pause_s)

    def _reopen(self, name: str, now_s: float) -> None:
        failed = self._failed[name]
        try:
            self._open[name] = self._openers[name]()
        except RuntimeFailure as error:
            failed.pause_s = min(2.0 * failed.pause_s, LONGEST_PAUSE_S)
            failed.again_at_s = _again_at_s(error, now_s + failed.pause_s)
            failed.reason = str(error)
        else:
            self._opened[name] = (now_s, failed.pause_s)
            del self._failed[name]


def _again_at_s(error: Exception, at_s: float) -> float:
    return inf if isinstance(error, UnavailableError) else at_s
