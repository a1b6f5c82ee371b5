"""SequenceGuard: refuses messages that arrive out of order, but accepts a driver that was restarted.

guard = SequenceGuard()
if guard.accepts(message, time.monotonic_ns()): ...
"""

from __future__ import annotations

from typing import Final

from protocol.messages import ControlMessage

MAX_DRIVERS: Final = 1024
#: A driver that is restarted counts its sequence from the start. Its old number is dropped after the message's time
#: to live, and after this long at most, so that a restarted driver is refused no longer.
MEMORY_S: Final = 1.0


class SequenceGuard:
    """The newest sequence number of each source, layer and mode. Belongs to one thread."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str, str], tuple[int, int]] = {}  # -> sequence number, valid until ns

    def accepts(self, message: ControlMessage, now_ns: int) -> bool:
        """Whether the message is newer than those before it; always true for messages without a sequence (0).

        Args:
            message: a checked message.
            now_ns: monotonic nanoseconds.
        """
        if message.sequence == 0:
            return True
        key = (message.source, message.layer, message.mode)
        known = self._newest.pop(key, None)
        if known is not None and message.sequence <= known[0] and now_ns < known[1]:
            self._newest[key] = known
            return False
        if len(self._newest) >= MAX_DRIVERS:
            del self._newest[next(iter(self._newest))]  # the least recently active
        self._newest[key] = (message.sequence, now_ns + int(min(message.ttl_s, MEMORY_S) * 1e9))
        return True
