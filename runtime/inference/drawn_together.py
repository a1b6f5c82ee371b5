"""DrawnTogether: requests of several threads that wait at the same time are computed in one call.

together = DrawnTogether(most=4)
together.draw(request, compute, who=face)    # in each face's thread; returns when this or another thread has computed it

One face alone never waits. Faces that share a loop ask within the same frame: who was in the call before is waited for,
for little more than a frame, so that they stay in one call; who does not come is not waited for again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

R = TypeVar("R")

#: How long a call waits for those of the call before: a frame of 30 a second, and some.
GATHER_S: Final = 0.04


@dataclass(slots=True, eq=False)
class _Waiting(Generic[R]):
    request: R
    who: int
    is_done: bool = False
    error: BaseException | None = None


class DrawnTogether(Generic[R]):
    """`draw` may be called from any thread.

    Args:
        most: requests of a call.

    Attributes:
        last: how many requests the newest call had; 0 = there was none.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._waiting: list[_Waiting[R]] = []
        self._before: set[int] = set()  # who was in the newest call
        self._is_busy = False
        self.last = 0

    def draw(self, request: R, compute: Callable[[Sequence[R]], None], *, who: object) -> None:
        """Return when the request has been computed; raises what `compute` raised, to all of the call.

        Args:
            compute: computes 1..`most` requests, those of others as well; called by one thread at a time.
            who: asks; the same object every time.
        """
        own = _Waiting(request, id(who))
        with self._changed:
            self._waiting.append(own)
            self._changed.notify_all()
            while not own.is_done:
                if self._is_busy:
                    self._changed.wait()
                    continue
                self._is_busy = True
                try:
                    self._changed.wait_for(self._is_complete, GATHER_S)
                    self._compute_next(compute)
                finally:
                    self._is_busy = False
                    self._changed.notify_all()
        if own.error is not None:
            raise own.error

    def _is_complete(self) -> bool:
        expected = self._before | {one.who for one in self._waiting}
        return len(self._waiting) >= min(self._most, len(expected))

    def _compute_next(self, compute: Callable[[Sequence[R]], None]) -> None:
        """Compute those who wait longest; the condition is held before and after, and not meanwhile."""
        taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        self._before, self.last = {one.who for one in taken}, len(taken)
        error: BaseException | None = None
        self._changed.release()
        try:
            compute([one.request for one in taken])
        except BaseException as raised:  # belongs to all of them; each thread raises it
            error = raised
        finally:
            self._changed.acquire()
            for one in taken:
                one.is_done, one.error = True, error
