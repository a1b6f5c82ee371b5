"""prefetched: runs an iterator on its own thread, a limited number of items ahead.

for frame in prefetched(tracked_clip(video, landmarker, face), depth=8): ...
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from typing import Final, TypeVar

T = TypeVar("T")

_WAIT_S: Final = 0.2


def prefetched(items: Iterable[T], *, depth: int) -> Generator[T]:
    """The same items in the same order, computed up to `depth` ahead on another thread.

    Tracking and rendering can overlap that way: both release the interpreter's lock. An exception of the items
    is raised here, after the items before it. Ending the iteration early ends the thread.
    """
    queue: Queue[tuple[T] | BaseException | None] = Queue(maxsize=depth)
    is_left = threading.Event()

    def put(entry: tuple[T] | BaseException | None) -> None:
        while not is_left.is_set():
            try:
                queue.put(entry, timeout=_WAIT_S)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put((item,))
                if is_left.is_set():
                    return
            put(None)
        except BaseException as error:  # passed on: the caller's thread raises it
            put(error)

    worker = threading.Thread(target=work, name="prefetch", daemon=True)
    worker.start()
    try:
        while True:
            try:
                entry = queue.get(timeout=_WAIT_S)  # bounded, so that Ctrl-C is noticed on every system
            except Empty:
                continue
            if entry is None:
                return
            if isinstance(entry, BaseException):
                raise entry
            yield entry[0]
    finally:
        is_left.set()
        worker.join()
