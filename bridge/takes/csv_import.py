"""A CSV take of Live Link Face -> a take of Omote: its rows as messages of one driver, at the times of their timecodes.

    summary = import_csv(Path("take.csv"), Path("take.mcap"))

Values are taken as they are: nothing is calibrated, and rest is not subtracted. The eyes' angles are the gaze, or the
eyeLook coefficients where the angles are all 0; eyeLook coefficients themselves are left out, as the gaze moves the
lids. Rows without a face make no messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import RecordingError
from bridge.takes.csv_cells import RowCells
from bridge.takes.csv_extras import CSV_EXTRAS, CsvExtras
from bridge.takes.csv_face import Face, RowFaces
from bridge.takes.csv_table import PROGRESS_ROWS, CsvTable
from bridge.takes.timecode import FrameRate, fields_of, frame_rate, likely_rate, time_ns_of
from protocol.codec import MAX_SOURCE
from protocol.messages import ControlMessage, LayerName
from protocol.take import MAX_CHUNK_BYTES, TakeWriter

TTL_S: Final = 0.4
APP_FPS: Final = 60  # the app's own setting
#: Part of the time that goes into reading the cells.
READING_SHARE: Final = 0.2
_DAY_NS: Final = 24 * 3600 * 1_000_000_000
_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze")


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported: rows, and among them those with a face; the last, incomplete row was left out."""

    rows: int
    faces: int
    rate: FrameRate
    is_cut: bool


def import_csv(
    source: Path,
    take: Path,
    *,
    fps: str = "",
    driver: str = "",
    progress: Callable[[float], object] = lambda share: None,
) -> Imported:
    """Write a take from a CSV file.

    Args:
        source: the CSV file.
        take: the new MCAP file.
        fps: frames a second of the timecodes; "" = by the largest number of frames in them.
        driver: the messages' source; "" = livelink and the file's name.
        progress: called with the share that is done, 0..1.

    Raises:
        RecordingError: the CSV cannot be read, or the take exists.
    """
    table = CsvTable(source, progress=lambda share: progress(READING_SHARE * share))
    rate = _rate_of(table, fps)
    name = (driver or f"livelink:{_printable(source.stem)}")[:MAX_SOURCE]
    if not name.isprintable() or name.isspace():
        raise RecordingError(f"{name!r} is no name for a driver; give one with --source")
    extras = CsvExtras(
        header=[column.title for column in table.columns],
        delimiter=table.delimiter,
        decimals=table.decimals,
        nominal=rate.nominal,
        is_ntsc=rate.is_ntsc,
        is_drop=rate.is_drop,
        digits=table.digits,
        rows=[],
    )
    reader = _Rows(table, rate, extras)
    try:
        writer = TakeWriter(take, recorded_by="omote-bridge import")
    except FileExistsError as error:
        raise RecordingError(f"{take} exists already; import under another name") from error
    except OSError as error:
        raise RecordingError(f"{take} cannot be written ({error.strerror}); choose another folder") from error
    try:
        with writer:
            for number, (time_ns, face) in enumerate(reader, 1):
                if number % PROGRESS_ROWS == 0:
                    done = number / len(table.codes)
                    progress(READING_SHARE + (1 - READING_SHARE) * done)
                for layer in _LAYERS:
                    if face.get(layer):
                        message = ControlMessage(
                            layer=layer, source=name, values=face[layer], ttl_s=TTL_S, sequence=number,
                            capture_time_ns=time_ns,
                        )  # fmt: skip
                        writer.write(message, time_ns)
            packed = extras.packed()
            if len(packed) > MAX_CHUNK_BYTES:
                raise RecordingError(f"{source} is too long for one take; cut it into parts of an hour")
            writer.attach(CSV_EXTRAS, packed, media_type="application/zstd")
    except BaseException:
        take.unlink(missing_ok=True)
        raise
    return Imported(len(extras.rows), reader.faces, rate, table.is_cut)


def _printable(name: str) -> str:
    """A file's name as part of a driver's; control characters and bytes that are no UTF-8 become U+FFFD."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


def _rate_of(table: CsvTable, fps: str) -> FrameRate:
    most, is_drop = 0, False
    seconds: set[tuple[int, ...]] = set()
    for number, code in table.codes:
        fields = fields_of(code)
        if fields is None:
            raise RecordingError(
                f"{table.path}, line {number}: got {code[:40]!r}, expected a timecode such as 16:57:20:41.678"
            )
        most, is_drop = max(most, fields[3]), is_drop or fields[5]
        seconds.add(fields[:3])
    if fps:
        return frame_rate(fps, is_drop=is_drop)
    if len(seconds) < 3 and not is_drop:  # no whole second, whose last frame would tell the rate
        most = max(most, APP_FPS - 1)
    return likely_rate(most, is_drop=is_drop)


class _Rows:
    """Iterates over rows as (time, face), and notes in `extras` what the messages do not hold."""

    def __init__(self, table: CsvTable, rate: FrameRate, extras: CsvExtras) -> None:
        self._table = table
        self._rate = rate
        self._extras = extras
        self._face_of = RowFaces(table.columns, table.path)
        self._cells_of = RowCells(table.columns, extras, rate)
        self.faces = 0

    def __iter__(self) -> Iterator[tuple[int, Face]]:
        before_ns = days_ns = last_ns = 0
        for number, row in self._table.rows():
            code = row[self._table.timecode]
            since_ns = time_ns_of(code, self._rate)
            if since_ns is None:
                raise RecordingError(
                    f"{self._table.path}, line {number}: {code} does not exist at {self._rate} frames a second"
                    f"{' with dropped frames' if self._rate.is_drop else ''}; give the rate with --fps"
                )
            if since_ns < before_ns - _DAY_NS // 2:
                days_ns += _DAY_NS  # past midnight
            before_ns = since_ns
            # Rows of one timecode stay apart and in order.
            last_ns = time_ns = max(days_ns + since_ns, last_ns + 1)
            face = self._face_of(row, number)
            self.faces += bool(face)
            self._note(time_ns, row, face)
            yield time_ns, face

    def _note(self, time_ns: int, row: list[str], face: Face) -> None:
        given = self._cells_of(time_ns, face)
        differing = {
            place: cell for place, (cell, text) in enumerate(zip(row, given, strict=True)) if cell != text
        }
        self._extras.rows.append((time_ns, differing))
