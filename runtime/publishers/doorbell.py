"""Doorbell: connects shared memory with ZeroMQ, which notifies readers in other processes of every new frame.

doorbell.listen(zeromq.send_doorbell)
doorbell.notify(session_id, number)
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[int, int], None]


class Doorbell:
    """Belongs to the loop's thread, as both publishers do."""

    def __init__(self) -> None:
        self._listener: Listener | None = None

    def listen(self, listener: Listener | None) -> None:
        """Set the function that is called with a ring's session id and frame number; None = no function."""
        self._listener = listener

    def notify(self, session_id: int, number: int) -> None:
        """Report that the ring of this session id has a new frame of this number."""
        if self._listener is not None:
            self._listener(session_id, number)
