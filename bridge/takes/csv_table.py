"""CsvTable: the cells of a CSV file of Live Link Face, checked for their number; their meaning is left to `csv_import`.

table = CsvTable(Path("take.csv"))
table.columns, table.rows
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bridge.errors import RecordingError
from bridge.takes.arkit_csv import column_of
from bridge.takes.timecode import fields_of
from protocol.errors import FileError
from protocol.regular_file import read_regular
from protocol.text_file import utf8_of

#: Rows between two calls of `progress`.
PROGRESS_ROWS: Final = 512
MAX_CSV_BYTES: Final = 1024 * 1024 * 1024  # ten minutes have 25 MB


class CsvTable:
    """The cells of a CSV file.

    Attributes:
        columns, delimiter: of the file.
        rows: line number and cells, all as many as there are columns.
        is_cut: whether the last row was incomplete, and is left out.
    """

    def __init__(self, path: Path, *, progress: Callable[[float], object] = lambda share: None) -> None:
        """Read a file.

        Args:
            path: the file.
            progress: called with the share that is read, 0..1.

        Raises:
            RecordingError: it cannot be read, or is no CSV of Live Link Face; the message names the line.
        """
        try:
            text = utf8_of(read_regular(path, max_bytes=MAX_CSV_BYTES)).decode("utf-8")
        except FileError as error:
            raise RecordingError(f"{error}; expected a CSV file of Live Link Face") from error
        except UnicodeDecodeError as error:
            raise RecordingError(f"{path} cannot be read as text ({error}); expected a CSV file") from error
        first = text.partition("\n")[0]
        self.path = path
        self.delimiter = max(",;\t", key=first.count)
        read = _rows_of(text, self.delimiter, path, progress)
        rows = [(number, row) for number, row in enumerate(read, 1) if row]
        titles = rows[0][1] if rows else []
        self.columns = tuple(map(column_of, titles))
        if not any(column.is_timecode for column in self.columns) or not any(c.shape for c in self.columns):
            raise RecordingError(
                f"{path} begins with {first[:60]!r}, expected the columns of Live Link Face: Timecode, "
                "BlendshapeCount, EyeBlinkRight and so on"
            )
        self.rows = rows[1:]
        self.is_cut = bool(self.rows) and len(self.rows[-1][1]) < len(titles)
        if self.is_cut:
            del self.rows[-1]
        for number, row in self.rows:
            if len(row) != len(titles):
                raise RecordingError(
                    f"{path}, line {number}: got {len(row)} cells, expected {len(titles)} as in the first line"
                    + ("; decimal commas need another separator" if len(row) > len(titles) else "")
                )
        if not self.rows:
            raise RecordingError(f"{path} has no rows; expected one for every frame")
        self.timecode = next(i for i, column in enumerate(self.columns) if column.is_timecode)

    def codes(self) -> Iterator[tuple[int, str]]:
        """Line number and timecode of every row."""
        for number, row in self.rows:
            yield number, row[self.timecode]

    def decimals(self) -> int | None:
        """Digits behind the point, where all numbers have as many."""
        places = [place for place, column in enumerate(self.columns) if column.is_value]
        first = next((row[place] for _, row in self.rows for place in places if row[place]), "")
        digits = len(first.rpartition(".")[2]) if "." in first else 0
        if digits == 0:
            return None
        # The point of all other numbers is at the same place from the end.
        point = slice(-digits - 1, -digits)
        for _, row in self.rows:
            for place in places:
                cell = row[place]
                if cell and (cell[point] != "." or len(cell) <= digits):
                    return None
        return digits

    def digits(self) -> int:
        """Digits of the timecodes' parts of a frame: the most that any has."""
        return max((len(fields[4]) for _, code in self.codes() if (fields := fields_of(code))), default=0)


def _rows_of(text: str, delimiter: str, path: Path, progress: Callable[[float], object]) -> list[list[str]]:
    lines = text.splitlines()
    rows = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) % PROGRESS_ROWS == 0:
                progress(len(rows) / len(lines))
        return rows
    except csv.Error as error:
        raise RecordingError(f"{path} is no CSV file: {error}") from error
