"""CsvTable: the rows of a CSV file of Live Link Face, checked for their number of cells; `csv_import` reads their meaning.

table = CsvTable(Path("take.csv"))
table.columns, table.count
for line, cells in table.rows(): ...

The file is read row by row, once to check it and once for every `rows`: an hour of cells would need gigabytes.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from bridge.errors import RecordingError
from bridge.takes.arkit_csv import column_of
from bridge.takes.timecode import fields_of
from protocol.errors import FileError
from protocol.regular_file import open_regular
from protocol.text_file import MARKS

#: Rows between two calls of `progress`.
PROGRESS_ROWS: Final = 512
MAX_CSV_BYTES: Final = 1024 * 1024 * 1024  # ten minutes have 25 MB
_MARK_BYTES: Final = 4


class CsvTable:
    """The rows of a CSV file.

    Attributes:
        path: the file.
        columns, delimiter: of the file.
        timecode: the place of the timecodes' column.
        codes: line number and timecode of every row.
        decimals: digits behind the point, where all numbers have as many; else None.
        digits: of the timecodes' parts of a frame, the most that any has.
        is_cut: whether the last row was incomplete, and is left out.
    """

    def __init__(self, path: Path, *, progress: Callable[[float], object] = lambda share: None) -> None:
        """Check a file.

        Args:
            path: the file.
            progress: called with the share that is checked, 0..1.

        Raises:
            RecordingError: it cannot be read, or is no CSV of Live Link Face; the message names the line.
        """
        self.path = path
        self.delimiter = ","
        self.codes: list[tuple[int, str]] = []
        self.is_cut = False
        read = self._read(progress)
        _, titles = next(read, (0, []))
        self.columns = tuple(map(column_of, titles))
        if not any(column.is_timecode for column in self.columns) or not any(c.shape for c in self.columns):
            begin = self.delimiter.join(titles)[:60]
            raise RecordingError(
                f"{path} begins with {begin!r}, expected the columns of Live Link Face: Timecode, "
                "BlendshapeCount, EyeBlinkRight and so on"
            )
        self.timecode = next(i for i, column in enumerate(self.columns) if column.is_timecode)
        values = [place for place, column in enumerate(self.columns) if column.is_value]
        decimals = _Decimals()
        for number, row in self._whole(read):
            self.codes.append((number, row[self.timecode]))
            decimals.add(row[place] for place in values)
        if not self.codes:
            raise RecordingError(f"{path} has no rows; expected one for every frame")
        self.decimals = decimals.all
        self.digits = max(
            (len(fields[4]) for _, code in self.codes if (fields := fields_of(code))), default=0
        )

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of every row, all as many as there are columns.

        Raises:
            RecordingError: the file cannot be read any more, or is another one than before.
        """
        read = self._read(lambda share: None)
        next(read, None)
        for (number, row), (_, code) in zip(self._whole(read), self.codes, strict=False):
            if row[self.timecode] != code:
                raise RecordingError(f"{self.path} was changed while it was read; import it again")
            yield number, row

    def _whole(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """The rows behind the titles without the last one, if it is too short."""
        wanted = len(self.columns)
        short: tuple[int, int] | None = None
        for number, row in rows:
            found = short or (number, len(row))
            if short or len(row) > wanted:
                raise RecordingError(
                    f"{self.path}, line {found[0]}: got {found[1]} cells, expected {wanted} as in the first line"
                    + ("; decimal commas need another separator" if found[1] > wanted else "")
                )
            if len(row) < wanted:
                short = found
            else:
                yield number, row
        self.is_cut = short is not None

    def _read(self, progress: Callable[[float], object]) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of all rows that are not empty, the titles too; sets the delimiter."""
        try:
            with open_regular(self.path) as file:
                size = os.fstat(file.fileno()).st_size
                if size > MAX_CSV_BYTES:
                    raise RecordingError(
                        f"{self.path} has {size:,} bytes, expected at most {MAX_CSV_BYTES:,}; cut it into parts"
                    )
                lines = _text(file)
                first = lines.readline()
                self.delimiter = max(",;\t", key=first.count)
                lines.seek(0)
                for number, row in enumerate(csv.reader(lines, delimiter=self.delimiter, strict=True), 1):
                    if number % PROGRESS_ROWS == 0:
                        progress(min(file.tell() / size, 1.0))
                    if row:
                        yield number, row
        except FileError as error:
            raise RecordingError(f"{error}; expected a CSV file of Live Link Face") from error
        except UnicodeError as error:
            raise RecordingError(
                f"{self.path} cannot be read as text ({error}); expected a CSV file"
            ) from error
        except csv.Error as error:
            raise RecordingError(f"{self.path} is no CSV file: {error}") from error
        except OSError as error:
            raise RecordingError(f"{self.path} cannot be read ({error.strerror or error})") from error


class _Decimals:
    """Finds out whether all numbers have equally many digits behind the point: `all`, None if they do not."""

    def __init__(self) -> None:
        self.all: int | None = None
        self._is_known = False

    def add(self, cells: Iterator[str]) -> None:
        for cell in cells:
            if not cell:
                continue
            if not self._is_known:
                self._is_known = True
                self.all = len(cell.rpartition(".")[2]) if "." in cell else None
            # The point of all other numbers is at the same place from the end.
            digits = self.all
            if digits is None:
                return
            if digits == 0 or cell[-digits - 1 : -digits] != "." or len(cell) <= digits:
                self.all = None


def _text(file: BinaryIO) -> io.TextIOWrapper:
    """The file's text; its lines keep their ends, for the CSV reader. Closing it closes the file."""
    begin = file.read(_MARK_BYTES)
    encoding = next((encoding for mark, encoding in MARKS if begin.startswith(mark)), "utf-8")
    file.seek(0)
    return io.TextIOWrapper(file, encoding, newline="")
