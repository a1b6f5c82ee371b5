"""SenderClock: when, by our clock, a sender measured what it stamped by its own.

clock = SenderClock()
capture_time_ns = clock.ours(observation.sender_time_ns, observation.receive_time_ns)

The two clocks share neither origin nor rate. The offset between them is the smallest difference seen lately:
that is the datagram that travelled fastest. So the age of a face is told up to the fastest way's own time,
and that error is the same for all of a sender's datagrams. Senders are never compared by their clocks.
"""

from __future__ import annotations

from typing import Final

#: A datagram this much later than the fastest one is not late: one of the two clocks has jumped.
JUMP_NS: Final = 1_000_000_000
#: The smallest difference is forgotten after one to two of these, so that clocks of different rates and small
#: jumps do no harm for longer.
WINDOW_NS: Final = 5_000_000_000


class SenderClock:
    """One sender's clock. Belongs to one thread."""

    def __init__(self) -> None:
        self._before: int | None = None  # smallest difference of the last window
        self._smallest: int | None = None  # and of this one
        self._window_end_ns = 0

    def ours(self, sender_ns: int, receive_ns: int) -> int:
        """Unix nanoseconds at which this was measured, never after it was received.

        Args:
            sender_ns: the sender's stamp, any origin; 0 = it sends none.
            receive_ns: when it arrived, Unix nanoseconds.
        """
        if sender_ns == 0:
            return receive_ns
        difference = receive_ns - sender_ns
        offset = self._offset(difference, receive_ns)
        if difference - offset > JUMP_NS:
            self._before, self._smallest, self._window_end_ns = None, difference, receive_ns + WINDOW_NS
            offset = difference
        return sender_ns + offset

    def _offset(self, difference: int, receive_ns: int) -> int:
        # Our own clock may have been set back: then the window ends far away, and is over too.
        if self._smallest is None or not 0 <= self._window_end_ns - receive_ns <= WINDOW_NS:
            self._before, self._smallest = self._smallest, difference
            self._window_end_ns = receive_ns + WINDOW_NS
        self._smallest = min(self._smallest, difference)
        return self._smallest if self._before is None else min(self._smallest, self._before)
