"""Timecodes "16:57:20:41.678" (hours, minutes, seconds, frames and a part of a frame) and the time that they mean.

    rate = frame_rate("29.97", is_drop=True)
    time_ns_of("00:01:00;02", rate)               # 60_060_000_000
    timecode_of(60_060_000_000, rate, digits=0)   # "00:01:00;02"

29.97 and 59.94 frames a second are 30000/1001 and 60000/1001. A drop-frame timecode, written with ";" before the
frames, leaves out the first two (of 60: four) numbers of every minute but each tenth, so that it stays with the clock;
no frame is lost.

Source: SMPTE ST 12-1, drop-frame compensation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from bridge.errors import RecordingError

_CODE: Final = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;])(\d{2,3})(?:\.(\d{1,9}))?", re.ASCII)
_SECOND_NS: Final = 1_000_000_000
_RATES: Final = (24, 25, 30, 48, 50, 60, 100, 120)


@dataclass(frozen=True, slots=True)
class FrameRate:
    """How the frames of a timecode count.

    Attributes:
        nominal: frames that a second of the timecode has: 30 also at 29.97 frames a second.
        is_ntsc: whether a frame takes 1001/1000 of its nominal time.
        is_drop: whether numbers are left out.
    """

    nominal: int
    is_ntsc: bool = False
    is_drop: bool = False

    @property
    def ratio(self) -> tuple[int, int]:
        """So many frames in so many seconds, exactly."""
        return (self.nominal * 1000, 1001) if self.is_ntsc else (self.nominal, 1)

    @property
    def dropped(self) -> int:
        """Numbers that a minute leaves out: a fifteenth of a second's frames."""
        return self.nominal // 15 if self.is_drop else 0

    def __str__(self) -> str:
        """As `--fps` takes it."""
        frames, seconds = self.ratio
        return f"{frames / seconds:.3f}".rstrip("0").rstrip(".")


def frame_rate(text: str, *, is_drop: bool = False) -> FrameRate:
    """A frame rate from text: a number such as 30, 29.97 or 30000/1001.

    Raises:
        RecordingError: it is no rate of timecodes, or frames are dropped at another than 29.97 or 59.94.
    """
    try:
        fps = Fraction(text)
    except (ValueError, ZeroDivisionError):
        fps = Fraction(0)
    nominal = round(fps)
    is_ntsc = fps != nominal
    if nominal not in _RATES or (is_ntsc and abs(fps - Fraction(nominal * 1000, 1001)) > Fraction(1, 100)):
        rates = ", ".join(map(str, _RATES))
        raise RecordingError(
            f"got {text[:20]!r} frames a second, expected one of {rates}, 23.976, 29.97 or 59.94"
        )
    if is_drop and nominal not in (30, 60):
        raise RecordingError(
            f"a drop-frame timecode (with ';') has 29.97 or 59.94 frames a second, not {text}"
        )
    return FrameRate(nominal, is_ntsc or is_drop, is_drop)


def likely_rate(most_frames: int, *, is_drop: bool) -> FrameRate:
    """The lowest usual rate whose timecodes reach this number of frames: 60 for 59."""
    rates = (30, 60) if is_drop else _RATES
    nominal = next((rate for rate in rates if rate > most_frames), rates[-1])
    return FrameRate(nominal, is_drop, is_drop)


def fields_of(code: str) -> tuple[int, int, int, int, str, bool] | None:
    """Hours, minutes, seconds, frames, digits of the part of a frame, whether frames are dropped; None: no timecode."""
    found = _CODE.fullmatch(code.strip())
    if found is None:
        return None
    hours, minutes, seconds, frames = (int(found[group]) for group in (1, 2, 3, 5))
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return hours, minutes, seconds, frames, found[6] or "", found[4] == ";"


def time_ns_of(code: str, rate: FrameRate) -> int | None:
    """Nanoseconds since midnight; None for a text that is no timecode at this rate."""
    fields = fields_of(code)
    if fields is None:
        return None
    hours, minutes, seconds, frames, part, _ = fields
    if frames >= rate.nominal or (frames < rate.dropped and seconds == 0 and minutes % 10):
        return None
    minutes += 60 * hours
    count = (60 * minutes + seconds) * rate.nominal + frames
    count -= rate.dropped * (minutes - minutes // 10)
    scale = 10 ** len(part)
    per, seconds_of_them = rate.ratio
    return _rounded((count * scale + int(part or 0)) * seconds_of_them * _SECOND_NS, scale * per)


def timecode_of(time_ns: int, rate: FrameRate, *, digits: int) -> str:
    """The timecode of a time since midnight.

    Args:
        time_ns: nanoseconds; further days begin at midnight again.
        rate: of the frames.
        digits: of the part of a frame; 0 = none is written.
    """
    scale = 10**digits
    per, seconds_of_them = rate.ratio
    count, part = divmod(_rounded(time_ns * per * scale, _SECOND_NS * seconds_of_them), scale)
    # Numbers that are left out are put back: those of nine minutes in each ten.
    ten_minutes = 600 * rate.nominal - 9 * rate.dropped
    tens, rest = divmod(count, ten_minutes)
    count += 9 * rate.dropped * tens
    if rate.dropped and rest >= 60 * rate.nominal:
        minute = 60 * rate.nominal - rate.dropped
        count += rate.dropped * (1 + (rest - 60 * rate.nominal) // minute)
    seconds, frames = divmod(count, rate.nominal)
    hours = seconds // 3600 % 24
    code = f"{hours:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{';' if rate.is_drop else ':'}{frames:02}"
    return f"{code}.{part:0{digits}}" if digits else code


def _rounded(numerator: int, denominator: int) -> int:
    """A fraction of positive integers to the nearest integer, halves upwards; much faster than `Fraction`."""
    return (2 * numerator + denominator) // (2 * denominator)
