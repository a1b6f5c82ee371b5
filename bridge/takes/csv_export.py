"""A take -> the CSV of Live Link Face: one row for every frame of one driver.

    count = export_csv(Path("take.mcap"), Path("take.csv"))

A take that was imported from a CSV gives the same columns, digits and timecodes again. Of other takes a row is
written whenever the driver has sent a face; timecodes are the time of day (UTC) at which it arrived.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.errors import RecordingError
from bridge.takes.arkit_csv import HEADER, column_of
from bridge.takes.csv_cells import RowCells
from bridge.takes.csv_extras import CSV_EXTRAS, CsvExtras, unpacked
from bridge.takes.csv_face import Face
from bridge.takes.open_take import open_take
from bridge.takes.timecode import FrameRate, frame_rate
from protocol.messages import ControlMessage
from protocol.take import Recorded, TakeReader

DECIMALS: Final = 10
DIGITS: Final = 3
DEFAULT_FPS: Final = "60"


def export_csv(take: Path, target: Path, *, fps: str = "", driver: str = "") -> int:
    """Write a CSV file from a take; return the number of rows.

    Args:
        take: the MCAP file.
        target: the new CSV file.
        fps: frames a second of the timecodes; "" = those of the imported CSV, else 60.
        driver: the source to export; "" = the first one that moves the face.

    Raises:
        ReplayError: the take cannot be read.
        RecordingError: it has no face, or the CSV exists.
    """
    with open_take(take) as reader:
        packed = reader.attachment(CSV_EXTRAS)
        if packed is not None and not driver:
            rows = _imported_rows(reader, unpacked(packed), fps)
        else:
            rows = _recorded_rows(reader, driver or _driver_of(reader), fps)
        return _write(target, rows)


def _write(target: Path, rows: Iterator[list[str]]) -> int:
    delimiter = next(rows)[0]
    count = 0
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerow(next(rows))
            for count, row in enumerate(rows, 1):  # noqa: B007
                writer.writerow(row)
    except FileExistsError as error:
        raise RecordingError(f"{target} exists already; export under another name") from error
    except OSError as error:
        raise RecordingError(
            f"{target} cannot be written ({error.strerror}); choose another folder"
        ) from error
    return count


def _imported_rows(reader: TakeReader, extras: CsvExtras, fps: str) -> Iterator[list[str]]:
    """The delimiter, the header, and every row of the CSV that the take was imported from."""
    rate = FrameRate(extras.nominal, extras.is_ntsc, extras.is_drop)
    shown = frame_rate(fps) if fps else rate
    columns = tuple(map(column_of, extras.header))
    cells_of = RowCells(columns, extras, shown)
    yield [extras.delimiter]
    yield extras.header
    messages = iter(reader)
    waiting: Recorded | None = next(messages, None)
    for time_ns, cells in extras.rows:
        face: Face = {}
        while waiting is not None and waiting.receive_time_ns <= time_ns:
            if waiting.receive_time_ns == time_ns:
                face[waiting.message.layer] = waiting.message.values
            waiting = next(messages, None)
        row = cells_of(time_ns, face)
        for place, cell in cells.items():
            if 0 <= place < len(row) and not (columns[place].is_timecode and fps):
                row[place] = cell
        yield row


def _recorded_rows(reader: TakeReader, driver: str, fps: str) -> Iterator[list[str]]:
    """The delimiter, the header, and a row for every frame that a driver has sent."""
    rate = frame_rate(fps or DEFAULT_FPS)
    extras = CsvExtras(list(HEADER), ",", DECIMALS, rate.nominal, rate.is_ntsc, rate.is_drop, DIGITS, [])
    cells_of = RowCells(tuple(map(column_of, HEADER)), extras, rate)
    yield [extras.delimiter]
    yield extras.header
    face: Face = {}
    last: tuple[int, int] | None = None  # sequence and time of the frame that is being collected
    for time_ns, message in reader:
        if message.source != driver or message.mode != "set":
            continue
        frame = message.sequence or message.capture_time_ns or time_ns
        if last is not None and last[0] != frame:
            yield cells_of(last[1], face)
        if last is None or last[0] != frame:
            last = (frame, time_ns)
        _take(face, message)
    if last is not None:
        yield cells_of(last[1], face)


def _take(face: Face, message: ControlMessage) -> None:
    face[message.layer] = face.get(message.layer, {}) | message.values


def _driver_of(reader: TakeReader) -> str:
    """The first source that sets the expression, else the first one with a pose."""
    found: dict[str, str] = {}
    for _, message in reader:
        if message.mode == "set":
            found.setdefault(message.layer, message.source)
            if message.layer == "expression":
                return message.source
    for layer in ("pose", "gaze"):
        if layer in found:
            return found[layer]
    raise RecordingError(f"{reader.path} moves no face; there is nothing to export")
