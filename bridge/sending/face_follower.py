"""FaceFollower: keeps a publisher sending to a face of a fleet, also after it has moved to another machine.

with ControlPublisher(address, key=key) as publisher, FaceFollower(publisher, lambda: find_in_fleet("kofi")): ...
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self

from bridge.sending.publisher import ControlPublisher
from protocol.errors import OmoteError
from protocol.keys import ClientKey

#: Between two questions where the face is; below the time for which a moved face's old process goes on.
ASK_S: Final = 0.5


class FaceFollower:
    """A context manager, which asks on a thread of its own.

    Args:
        publisher: its `move` is called when the face is elsewhere.
        find: returns the face's address and key, or None where there is no fleet; may take its time, and raise OmoteError.
        ask_s: seconds between two questions.
    """

    def __init__(
        self,
        publisher: ControlPublisher,
        find: Callable[[], tuple[str, ClientKey | None] | None],
        *,
        ask_s: float = ASK_S,
    ) -> None:
        self._publisher, self._find, self._ask_s = publisher, find, ask_s
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="omote-following", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._closed.wait(self._ask_s):
            with suppress(OmoteError):  # the directory is away, or the face on its way
                if found := self._find():
                    self._publisher.move(found[0])
