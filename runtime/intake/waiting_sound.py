"""WaitingSound: sound that came with a driver's messages, until it leaves with the frames of its moment.

    sound = WaitingSound()
    sound.offer(message, time.time_ns())                      # any thread
    piece = sound.take(frame_time_ns)                         # the thread of an output that carries sound

Most outputs carry none, so what nobody has taken half a second after its moment is dropped.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.sound_messages import SoundMessage
from protocol.sound_samples import mono_of, sample_count

#: How far ahead sound may be sent, and how late it still leaves, nanoseconds.
AHEAD_NS: Final = 120_000_000_000
LATE_NS: Final = 500_000_000
#: Bytes that wait at most: two minutes at 48 kHz in 16 bits.
MOST_BYTES: Final = 12 * 1024 * 1024
#: Pieces that wait at most: two minutes of 7 ms each.
MOST_PIECES: Final = 16_384
#: Streams that were followed by another are refused as long as that one plays; so many of their names are known.
MOST_PAST: Final = 32
#: A piece that names no time follows the one before, if that ended so little ago, nanoseconds.
_FOLLOWS_NS: Final = 250_000_000
#: Times of pieces that follow each other are rough: one overtakes those that wait if it is earlier by more, nanoseconds.
_ROUGH_NS: Final = 250_000_000
#: A clock that goes back by more was set back, nanoseconds.
_SET_BACK_NS: Final = 250_000_000
_SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SoundPiece:
    """Sound of one moment: `samples` (N,) float32 -1..1, one channel, `rate` of them a second."""

    rate: int
    samples: NDArray[np.float32]


@dataclass(slots=True, eq=False)
class _Waiting:
    begin_ns: int
    message: SoundMessage
    taken: int = 0  # samples of each channel that are gone

    @property
    def end_ns(self) -> int:
        return self.begin_ns + sample_count(self.message) * _SECOND_NS // self.message.rate


_BEGIN: Final = attrgetter("begin_ns")


class WaitingSound:
    """A bounded queue of sound by the time at which it is heard. Any thread may call every method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._bytes = 0
        self._stream = ""
        self._past: list[str] = []
        self._end_ns = 0
        self._offered_ns = 0

    def offer(self, message: SoundMessage, now_ns: int) -> str:
        """Put in a checked message; "" or, under a short, fixed name, why it is refused.

        Args:
            now_ns: Unix nanoseconds.
        """
        with self._lock:
            # what waits by a clock that was set back would be silence for as long
            if now_ns < self._offered_ns - _SET_BACK_NS:
                self._begin(self._stream)
            self._offered_ns = now_ns
            is_new = message.stream != self._stream
            is_playing = now_ns < self._end_ns + _FOLLOWS_NS
            if is_new and is_playing and message.stream in self._past:
                return "old stream"
            if message.interrupts and not is_new:
                self._begin(self._stream)
            self._forget(now_ns - LATE_NS)
            end_ns = 0 if is_new else self._end_ns
            begin_ns = message.play_time_ns or (end_ns if now_ns < end_ns + _FOLLOWS_NS else now_ns)
            one = _Waiting(begin_ns, message)
            refused = self._refusal(one, now_ns, is_new=is_new) if message.samples else ""
            if refused:
                return refused
            if is_new:
                past = [*self._past[-MOST_PAST + 1 :], self._stream] if self._end_ns else self._past
                self._past = [name for name in past if name != message.stream]
                self._begin(message.stream)
            if message.samples:
                self._waiting.insert(bisect_right(self._waiting, begin_ns + _ROUGH_NS, key=_BEGIN), one)
                self._bytes += len(message.samples)
                self._end_ns = one.end_ns
            return ""

    def take(self, until_ns: int) -> SoundPiece | None:
        """What is heard until a moment and was not taken yet, in the order in which it is heard; None = nothing.

        Where the rate changes, the rest is taken by the next call.

        Args:
            until_ns: Unix nanoseconds.
        """
        if not self._waiting:  # without the lock: what arrives now is taken with the next frame
            return None
        parts: list[NDArray[np.float32]] = []
        rate = 0
        with self._lock:
            self._forget(until_ns - LATE_NS)
            while self._waiting and self._waiting[0].begin_ns < until_ns:
                one = self._waiting[0]
                if rate and one.message.rate != rate:
                    break
                rate, count = one.message.rate, sample_count(one.message)
                due = min(count, -(-(until_ns - one.begin_ns) * rate // _SECOND_NS))
                late = (until_ns - LATE_NS - one.begin_ns) * rate // _SECOND_NS
                first = max(one.taken, late)
                if due > first:
                    parts.append(mono_of(one.message, first, due))
                one.taken = max(due, one.taken)
                if one.taken < count:
                    break
                self._drop_first()
        return SoundPiece(rate, np.concatenate(parts)) if parts else None

    def _refusal(self, one: _Waiting, now_ns: int, *, is_new: bool) -> str:
        """Why a piece is refused; "" = it is not."""
        if one.begin_ns > now_ns + AHEAD_NS:
            return "sound too far ahead"
        if one.end_ns < now_ns - LATE_NS:
            return "sound too late"
        waiting, pieces = (0, 0) if is_new else (self._bytes, len(self._waiting))
        if waiting + len(one.message.samples) > MOST_BYTES or pieces >= MOST_PIECES:
            return "too much sound"
        return ""

    def _begin(self, stream: str) -> None:
        """Drop what waits, and go on with a stream."""
        self._waiting.clear()
        self._bytes = self._end_ns = 0
        self._stream = stream

    def _forget(self, before_ns: int) -> None:
        while self._waiting and self._waiting[0].end_ns < before_ns:
            self._drop_first()

    def _drop_first(self) -> None:
        self._bytes -= len(self._waiting.pop(0).message.samples)
