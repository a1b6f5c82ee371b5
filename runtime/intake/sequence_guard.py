"""SequenceGuard: tells messages that come too late from those of a driver that began again."""

from __future__ import annotations

from typing import Final

from protocol.messages import ControlMessage

MAX_DRIVERS: Final = 1024
#: A driver that began again counts from the start; its old numbers are forgotten after its time to live,
#: at most this long, so that a restart is never shut out for longer.
MEMORY_S: Final = 1.0


class SequenceGuard:
    """The newest sequence of each source, layer and mode. Belongs to one thread."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str, str], tuple[int, int]] = {}  # -> sequence, forgotten at ns

    def accepts(self, message: ControlMessage, now_ns: int) -> bool:
        """Whether the message is newer than all before; messages without a sequence always are.

        Args:
            now_ns: any clock that does not jump back, nanoseconds.
        """
        if message.sequence == 0:
            return True
        key = (message.source, message.layer, message.mode)
        known = self._newest.pop(key, None)
        if known is not None and message.sequence <= known[0] and now_ns < known[1]:
            self._newest[key] = known
            return False
        if len(self._newest) >= MAX_DRIVERS:
            del self._newest[next(iter(self._newest))]  # the one that was silent longest
        self._newest[key] = (message.sequence, now_ns + int(min(message.ttl_s, MEMORY_S) * 1e9))
        return True
