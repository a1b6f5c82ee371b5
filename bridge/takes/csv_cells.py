"""RowCells: a face -> the cells of one row of a CSV of Live Link Face.

    cells_of = RowCells(columns, extras, rate)
    cells = cells_of(time_ns, face)

A whole row is formatted by one template, because a take of five minutes has a million cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.forwarders.livelink import looks_of_gaze
from bridge.takes.arkit_csv import Column
from bridge.takes.csv_extras import CsvExtras
from bridge.takes.timecode import FrameRate, timecode_of


class RowCells:
    """The rows of one file.

    Args:
        columns: of the file.
        extras: how numbers and timecodes are written.
        rate: of the timecodes.
    """

    def __init__(self, columns: Sequence[Column], extras: CsvExtras, rate: FrameRate) -> None:
        self._rate = rate
        self._digits = extras.digits
        self._count = sum(column.is_value for column in columns)
        self._columns = [column for column in columns if column.is_value or column.is_count]
        self._timecodes = [place for place, column in enumerate(columns) if column.is_timecode]
        number = "%r" if extras.decimals is None else f"%.{extras.decimals}f"
        self._template = "\n".join(
            number if column.is_value else "%d" if column.is_count else "" for column in columns
        )

    def __call__(self, time_ns: int, face: Mapping[str, Mapping[str, float]]) -> list[str]:
        """The text of every column; 0 for values that the face does not have.

        Args:
            time_ns: since midnight, nanoseconds.
            face: layer -> channel -> value, with Omote's signs.
        """
        cells = (self._template % tuple(self._numbers(face))).split("\n")
        for place in self._timecodes:
            cells[place] = timecode_of(time_ns, self._rate, digits=self._digits)
        return cells

    def _numbers(self, face: Mapping[str, Mapping[str, float]]) -> list[float]:
        gaze = face.get("gaze", {})
        expression = face.get("expression", {})
        looks = looks_of_gaze(gaze.get("yaw", 0.0), gaze.get("pitch", 0.0))
        numbers = []
        for column in self._columns:
            if column.shape:
                numbers.append(expression.get(column.shape, looks.get(column.shape, 0.0)))
            elif column.angle is not None:
                layer, channel, sign = column.angle
                numbers.append(sign * face.get(layer, {}).get(channel, 0.0))
            else:
                numbers.append(float(self._count))
        return numbers
