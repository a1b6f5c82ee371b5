"""A CSV take of Epic's app Live Link Face -> a clip.

    clip = read_csv("take.csv", fps=24.0)

Columns are found by their titles in any spelling and order. Coefficients are taken as they are, eyeLook shapes too; angles
are in radians, with the phone's signs: yaw + to the subject's left, pitch + down, roll + towards the right shoulder.

Source: the files of the app; Epic, "Recording Facial Animation from an iOS Device". Timecodes: SMPTE ST 12-1.
"""

from __future__ import annotations

import csv
import math
import re
from array import array
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from .blendshapes import find_blendshape, folded
from .channels import CHANNELS, NEUTRAL, PLACES
from .clip import Clip
from .errors import ClipError

_CODE: Final = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;])(\d{2,3})(?:\.(\d{1,9}))?", re.ASCII)
_RATES: Final = (24, 25, 30, 48, 50, 60, 100, 120)
#: The app's own setting, taken where a file is too short to tell its rate.
_APP_FPS: Final = 60
_DAY_S: Final = 24 * 3600.0
_MAX_ANGLE_RAD: Final = 360.0
#: Title without separators -> layer, channel and sign.
_ANGLES: Final = {
    "headyaw": ("pose", "yaw", 1.0), "headpitch": ("pose", "pitch", -1.0), "headroll": ("pose", "roll", 1.0),
    "lefteyeyaw": ("gaze", "yaw", 1.0), "lefteyepitch": ("gaze", "pitch", -1.0),
    "righteyeyaw": ("gaze", "yaw", 1.0), "righteyepitch": ("gaze", "pitch", -1.0),
}  # fmt: skip


class _Code(NamedTuple):
    """A timecode: whole seconds since midnight, frames with the part of a frame, and whether numbers are left out."""

    seconds: int
    frames: float
    is_drop: bool


def read_csv(path: str, *, fps: float) -> Clip:
    """The clip of a file; frame k holds the newest row at k / fps seconds after the first row with a face.

    Raises:
        ClipError: it is no such file, or a cell is wrong.
    """
    codes, faces = _rows(path)
    times = _times(codes)
    rows: list[array[float]] = []
    placed = [(time_s, face) for time_s, face in zip(times, faces, strict=True) if face is not None]
    if not placed:
        raise ClipError(f"{path} has no row with a face")
    begin_s = placed[0][0]
    for place, (time_s, face) in enumerate(placed):
        ends_s = placed[place + 1][0] if place + 1 < len(placed) else time_s + 1 / fps
        # A row counts from its own time on; half a microsecond is rounding.
        while begin_s + len(rows) / fps < ends_s - 5e-7:
            rows.append(face)
    return Clip(fps=fps, rows=rows, fills_looks=not _has_looks(rows))


def _rows(path: str) -> tuple[list[_Code], list[array[float] | None]]:
    """Timecode and face of every row; a last row that was cut off is left out."""
    codes: list[_Code] = []
    faces: list[array[float] | None] = []
    try:
        with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
            begin = file.read(4096)
            file.seek(0)
            table = csv.reader(file, delimiter=";" if begin.count(";") > begin.count(",") else ",")
            titles = next(table, [])
            face_of = _columns(titles, path)
            at = _plain(titles).index("timecode")
            waiting: list[str] | None = None  # the last row counts only if it is whole
            for row in table:
                if not row:
                    continue
                if waiting is not None:
                    _take(waiting, at, titles, path, face_of, codes, faces)
                waiting = row
            if waiting is not None and len(waiting) == len(titles):
                _take(waiting, at, titles, path, face_of, codes, faces)
    except OSError as error:
        raise ClipError(f"{path} cannot be read ({error.strerror})") from error
    except csv.Error as error:
        raise ClipError(f"{path} is no table ({error})") from error
    return codes, faces


FaceOf = Callable[[Sequence[str], int], "array[float] | None"]


def _take(
    row: list[str], at: int, titles: list[str], path: str, face_of: FaceOf,
    codes: list[_Code], faces: list[array[float] | None],
) -> None:  # fmt: skip
    number = len(codes) + 2
    if len(row) != len(titles):
        raise ClipError(f"{path}, line {number}: got {len(row)} cells, expected {len(titles)}")
    found = _CODE.fullmatch(row[at].strip())
    if found is None:
        raise ClipError(
            f"{path}, line {number}: got {row[at][:40]!r}, expected a timecode such as 16:57:20:41.678"
        )
    hours, minutes, seconds = (int(found[group]) for group in (1, 2, 3))
    part = int(found[6]) / 10 ** len(found[6]) if found[6] else 0.0
    codes.append(_Code(3600 * hours + 60 * minutes + seconds, int(found[5]) + part, found[4] == ";"))
    faces.append(face_of(row, number))


def _columns(titles: list[str], path: str) -> FaceOf:
    """What makes a face of a row."""
    plain = _plain(titles)
    if "timecode" not in plain:
        raise ClipError(f"{path} has no column Timecode: expected a CSV of Live Link Face")
    shapes = [
        (at, PLACES["expression"][name])
        for at, title in enumerate(titles)
        if (name := find_blendshape(title.strip()))
    ]
    angles = [(at, *_ANGLES[title]) for at, title in enumerate(plain) if title in _ANGLES]
    count = plain.index("blendshapecount") if "blendshapecount" in plain else None

    def face_of(row: Sequence[str], number: int) -> array[float] | None:
        def cell(at: int) -> float:
            text = row[at].strip()
            try:
                value = float(text.replace(",", ".")) if text else 0.0
            except ValueError as error:
                raise ClipError(
                    f"{path}, line {number}: got {row[at][:40]!r} for {titles[at]}, expected a number"
                ) from error
            return value if abs(value) < _MAX_ANGLE_RAD else 0.0  # false for NaN

        if count is not None and row[count].strip() and cell(count) == 0.0:
            return None
        values = list(NEUTRAL)
        for at, place in shapes:
            values[place] = cell(at)
        sums: dict[int, list[float]] = {}
        for at, layer, channel, sign in angles:
            sums.setdefault(PLACES[layer][channel], []).append(sign * cell(at))
        for place, both in sums.items():
            values[place] = sum(both) / len(both)
        return array("f", (min(max(v, c.low), c.high) for v, c in zip(values, CHANNELS, strict=True)))

    return face_of


def _plain(titles: list[str]) -> list[str]:
    """Titles in lower case without separators, as `_ANGLES` has them."""
    return [folded(title.strip()) for title in titles]


def _times(codes: list[_Code]) -> list[float]:
    """Seconds of every row; past midnight they go on."""
    most = max((int(code.frames) for code in codes), default=0)
    is_drop = any(code.is_drop for code in codes)
    if len({code.seconds for code in codes}) < 3 and not is_drop:  # no whole second tells the rate
        most = max(most, _APP_FPS - 1)
    rates = (30, 60) if is_drop else _RATES
    rate = next((rate for rate in rates if rate > most), rates[-1])
    dropped = rate // 15 if is_drop else 0
    times: list[float] = []
    days_s = 0.0
    for code in codes:
        minutes = code.seconds // 60
        count = code.seconds * rate + code.frames - dropped * (minutes - minutes // 10)
        time_s = count / rate * (1.001 if is_drop else 1.0)
        if times and time_s + days_s < times[-1] - _DAY_S / 2:
            days_s += _DAY_S
        times.append(max(time_s + days_s, times[-1] if times else -math.inf))
    return times


def _has_looks(rows: Sequence[Sequence[float]]) -> bool:
    looks = [place for name, place in PLACES["expression"].items() if name.startswith("eyeLook")]
    return any(row[place] for row in rows for place in looks)
