"""SenderClock: translates a sender's timestamps to this machine's clock.

clock = SenderClock()
capture_time_ns = clock.ours(observation.sender_time_ns, observation.receive_time_ns)

The two clocks share neither origin nor rate. Their offset is estimated as the smallest recent difference between
arrival and timestamp, which belongs to the datagram with the shortest travel time. So ages are underestimated by that
shortest travel time, the same for all datagrams of a sender. Clocks of different senders are never compared.
"""

from __future__ import annotations

from typing import Final

#: A larger delay than this means that one of the two clocks has jumped.
JUMP_NS: Final = 1_000_000_000
#: The smallest difference is kept for one to two windows, which bounds the error of clocks that drift or jump a
#: little.
WINDOW_NS: Final = 5_000_000_000


class SenderClock:
    """One sender's clock. Belongs to one thread."""

    def __init__(self) -> None:
        """A clock without timestamps yet."""
        self._before: int | None = None  # smallest difference of the window before
        self._smallest: int | None = None  # and of the current window
        self._window_end_ns = 0

    def ours(self, sender_ns: int, receive_ns: int) -> int:
        """The time of a timestamp by this machine's clock, in Unix nanoseconds; never later than `receive_ns`.

        Args:
            sender_ns: the sender's timestamp in nanoseconds, any origin; 0 = none, which gives `receive_ns`.
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
        # If this machine's clock was set back, the window ends too far ahead: restart it.
        if self._smallest is None or not 0 <= self._window_end_ns - receive_ns <= WINDOW_NS:
            self._before, self._smallest = self._smallest, difference
            self._window_end_ns = receive_ns + WINDOW_NS
        self._smallest = min(self._smallest, difference)
        return self._smallest if self._before is None else min(self._smallest, self._before)
