"""ReadAhead: makes batches in a thread of its own, a few before they are asked for.

with ReadAhead(make, begin=0) as batches:      # make(number) -> batch
    batch = batches.next()
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final, Generic, Self, TypeVar

T = TypeVar("T")

_AHEAD: Final = 3


class ReadAhead(Generic[T]):
    """Batches in the order of their numbers.

    Args:
        make: makes the batch of a number; is called in the thread.
        begin: number of the first batch.
    """

    def __init__(self, make: Callable[[int], T], *, begin: int = 0) -> None:
        self._make = make
        self._ready: queue.Queue[T | BaseException] = queue.Queue(_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(begin,), daemon=True)
        self._thread.start()

    def next(self) -> T:
        """The next batch; waits for it, and raises what `make` raised."""
        found = self._ready.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def close(self) -> None:
        """Stop the thread; may be called twice."""
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._ready.get_nowait()
            except queue.Empty:
                self._thread.join(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, number: int) -> None:
        while not self._stop.is_set():
            made: T | BaseException
            try:
                made = self._make(number)
            except BaseException as error:  # handed to the caller of `next`
                made = error
            number += 1
            while not self._stop.is_set():
                try:
                    self._ready.put(made, timeout=0.2)
                    break
                except queue.Full:
                    continue
            if isinstance(made, BaseException):
                return
