"""Doorbell: shared memory says that a frame is ready, and whoever carries the news sends it on.

doorbell.listen(zeromq.ring)
doorbell.ring(session_id, number)
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[int, int], None]


class Doorbell:
    """Belongs to the loop's thread, like those it connects."""

    def __init__(self) -> None:
        self._listener: Listener | None = None

    def listen(self, listener: Listener | None) -> None:
        """Call this one from now on, with session id and number; None: nobody."""
        self._listener = listener

    def ring(self, session_id: int, number: int) -> None:
        """A ring has a new frame."""
        if self._listener is not None:
            self._listener(session_id, number)
