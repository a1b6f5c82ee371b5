"""JitterBuffer: sound that arrives in pieces, early, late or not at all, becomes sound at an even pace.

    buffer = JitterBuffer(24000)
    buffer.put(samples, now_s=now_s)
    buffer.read(now_s)          # what is due since the last read; silence where nothing is

A stream begins `delay_s` after its first piece. Where a sender's clock is faster or slower than ours, so that more and more
waits, or less and less, reading is up to 2 % faster or slower; samples are never changed. A sender that is more than half a
second ahead, such as a speech synthesizer, keeps its own pace. Where pieces say when they are heard, that time counts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

#: From the arrival of the first piece until it is read.
DELAY_S: Final = 0.06
#: A stream whose pieces come late is delayed by more, up to this; the delay falls back over so many seconds.
_LONGEST_DELAY_S: Final = 0.25
_FORGETS_S: Final = 30.0
#: More that waits is refused.
MOST_S: Final = 120.0
#: Lost pieces up to this are filled with silence; a longer jump of the times is a new beginning.
LONGEST_GAP_S: Final = 2.0
#: At a gap the sound fades over this time: a cut would be heard as a consonant.
_FADE_S: Final = 0.004
#: Reading is at most this share faster or slower.
_MOST_PACE: Final = 0.02
#: The least that waits is known over windows of this length.
_WINDOW_S: Final = 1.0
#: A sender with more waiting than this sends ahead, at a pace of its own.
_AHEAD_S: Final = 0.5
#: Without a new piece for this long a stream pauses or ends.
_PAUSE_S: Final = 0.25
#: A time of playing that is off by more is jumped to.
_JUMP_S: Final = 0.2
#: At most this much is due at once; more means that this process, or the machine, was stopped.
_MOST_DUE_S: Final = 1.0


class JitterBuffer:
    """Belongs to one thread; time is an argument of any origin, which never jumps.

    Attributes:
        delay_s: how long the next stream waits after its first piece.
        lost_s: silence that was put in place of missing pieces, so far. late: how often a stream had to wait for one.
        refused: pieces that were older than what was read already, or too far ahead.
    """

    def __init__(self, rate: int, *, delay_s: float = DELAY_S) -> None:
        """Silence; `rate` in samples a second."""
        self.rate = rate
        self.lost_s = 0.0
        self.late = 0
        self.refused = 0
        self.delay_s = self._usual_delay_s = delay_s
        self._store = np.zeros(2 * rate, np.float32)
        self._first = self._end = 0  # of the unread samples in _store
        self._index = 0  # place in the stream of the first unread sample
        self._next = 0  # place in the stream where a piece without a time belongs
        self._begin_s: float | None = None  # when reading begins; None = nothing is read
        self._zero_s: float | None = None  # when the stream's beginning is heard, if its sender says so
        self._read_s: float | None = None
        self._put_s = self._dry_s = float("-inf")
        self._owed = self._kept = 0.0  # parts of samples
        self._low_s = self._lowest_s = float("inf")  # least that waited in this window, and in the one before
        self._window_s = float("-inf")

    @property
    def waiting_s(self) -> float:
        """How much sound waits."""
        return (self._end - self._first) / self.rate

    @property
    def is_playing(self) -> bool:
        """Whether a stream is being read, or about to be."""
        return self._begin_s is not None

    @property
    def time_s(self) -> float:
        """Where in the stream the newest sample that was read ends, in seconds."""
        return self._index / self.rate

    def begin(self) -> None:
        """Drop what waits; what comes next is the beginning of another stream."""
        self._first = self._end = self._index = self._next = 0
        self._begin_s = self._zero_s = None
        self._dry_s = float("-inf")

    def put(
        self, samples: Samples, *, now_s: float, at_s: float | None = None, heard_s: float | None = None
    ) -> None:
        """Take a piece of the stream.

        Args:
            samples: (N,).
            at_s: its place in the stream; None = where the piece before ended.
            heard_s: when its first sample is to be read; None = as soon as possible.
        """
        index = self._next if at_s is None else round(at_s * self.rate)
        reach = round(LONGEST_GAP_S * self.rate)
        waiting_end = self._index + self._end - self._first
        is_repeat = index < self._index and self._begin_s is None and now_s - self._dry_s > _PAUSE_S
        if (
            # pieces that follow one which was refused, as too far ahead, are no jump
            index > max(waiting_end, self._next) + reach or index < self._index - reach or is_repeat
        ):  # the sender's times jumped
            self._first = self._end
            self._index = waiting_end = index
        elif index > waiting_end and self._begin_s is None:
            self._index = waiting_end = index  # what is missing was silence already
        self._next = index + len(samples)
        if index < self._index:
            samples = samples[self._index - index :]
            index = self._index
            self.refused += not len(samples)
        if not len(samples):
            return
        if index + len(samples) - self._index > MOST_S * self.rate:
            self.refused += 1
            return
        gap = index - waiting_end
        if gap > 0:
            samples = self._faded(samples)
            self.lost_s += gap / self.rate
        self._reserve(index + len(samples))
        place = self._first + index - self._index
        self._store[place : place + len(samples)] = samples
        self._put_s = now_s
        if heard_s is not None:
            self._zero_s = heard_s - index / self.rate
        if self._begin_s is None:
            self._start(now_s, heard_s)

    def extend(self, until_s: float, *, now_s: float, heard_s: float | None = None) -> None:
        """Let the stream go on in silence up to a place, for what has times but no sound."""
        self._reserve(min(round(until_s * self.rate), self._index + round(MOST_S * self.rate)))
        if heard_s is not None:
            self._zero_s = heard_s
        if self._begin_s is None and self._end > self._first:
            self._start(now_s, heard_s)

    def read(self, now_s: float) -> Samples:
        """The samples that are due since the last read, (N,) float32; silence where there are none."""
        elapsed_s = 0.0 if self._read_s is None else min(max(now_s - self._read_s, 0.0), _MOST_DUE_S)
        self._read_s = now_s
        self._owed += elapsed_s * self.rate
        count = int(self._owed)
        self._owed -= count
        made = np.zeros(count, np.float32)
        self.delay_s += (self._usual_delay_s - self.delay_s) * min(elapsed_s / _FORGETS_S, 1.0)
        if self._begin_s is None or not count:
            return made
        begin_s = now_s - count / self.rate
        silent = min(max(round((self._begin_s - begin_s) * self.rate), 0), count)
        if silent == count:
            return made
        self._kept += (count - silent) * self._pace(now_s, begin_s)
        wanted = int(self._kept)
        self._kept -= wanted
        taken = min(wanted, self._end - self._first)
        read = self._store[self._first : self._first + taken]
        self._first += taken
        self._index += taken
        made = np.concatenate([made[:silent], read, np.zeros(wanted - taken, np.float32)])
        if self._first == self._end and taken < wanted:
            self._begin_s, self._dry_s = None, now_s
        else:
            self._low_s = min(self._low_s, self.waiting_s)
        return made

    def _start(self, now_s: float, heard_s: float | None) -> None:
        """Begin to read."""
        dry_s = now_s - self._dry_s
        if 0.0 <= dry_s < _PAUSE_S:
            self.late += 1
            self.delay_s = min(self.delay_s + dry_s, max(_LONGEST_DELAY_S, self._usual_delay_s))
        elif heard_s is None:
            self._zero_s = None  # after a pause its sender's time no longer holds
        self._begin_s = now_s + self.delay_s if heard_s is None else heard_s
        self._low_s = self._lowest_s = float("inf")
        self._window_s = now_s
        self._kept = 0.0

    def _pace(self, now_s: float, since_s: float) -> float:
        """How fast to read what is due between two times, about 1."""
        if self._zero_s is not None:
            error_s = since_s - self._zero_s - self._index / self.rate
            if error_s > _JUMP_S:
                skipped = min(round(error_s * self.rate), self._end - self._first)
                self._first += skipped
                self._index += skipped
                return 1.0
            if error_s < -_JUMP_S:
                self._begin_s = since_s - error_s
                return 0.0
            return 1.0 + min(max(error_s, -_MOST_PACE), _MOST_PACE)
        if now_s - self._window_s >= _WINDOW_S:
            self._lowest_s, self._low_s, self._window_s = self._low_s, float("inf"), now_s
        low_s = min(self._lowest_s, self._low_s)
        if self._lowest_s == float("inf") or low_s > _AHEAD_S or now_s - self._put_s > _PAUSE_S:
            return 1.0
        excess_s = low_s - self.delay_s
        if abs(excess_s) < 0.3 * self.delay_s:
            return 1.0
        return 1.0 + min(max(excess_s, -_MOST_PACE), _MOST_PACE)

    def _faded(self, samples: Samples) -> Samples:
        """Fade out what waits, and the samples in."""
        ramp = (np.arange(max(1, round(_FADE_S * self.rate))) / (_FADE_S * self.rate)).astype(np.float32)
        last = min(len(ramp), self._end - self._first)
        self._store[self._end - last : self._end] *= ramp[:last][::-1]
        made = samples.copy()
        made[: len(ramp)] *= ramp[: len(made)]
        return made

    def _reserve(self, end: int) -> None:
        """Make the unread samples reach to a place of the stream, with silence behind the last one."""
        count = end - self._index
        have = self._end - self._first
        if count <= have:
            return
        if self._first + count > len(self._store):
            bigger = np.zeros(max(len(self._store), 2 * count), np.float32)
            bigger[:have] = self._store[self._first : self._end]
            self._store, self._first, self._end = bigger, 0, have
        self._store[self._end : self._first + count] = 0.0
        self._end = self._first + count
