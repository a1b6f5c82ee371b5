"""RowFaces: the numbers of one row of a CSV of Live Link Face -> the face that they mean, within the channels' limits.

    face_of = RowFaces(columns, path)
    face = face_of(cells, line)           # layer -> channel -> value

A row of plain numbers, as nearly all are, is read at once; any other one cell by cell, which knows empty cells,
decimal commas, numbers that are none, and can name the cell that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np

from bridge.calibration.calibrator import Calibrator
from bridge.calibration.profile import Profiles
from bridge.calibration.rest import rest_of
from bridge.errors import RecordingError
from bridge.takes.arkit_csv import Column
from bridge.trackers.decimal_commas import point_number
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import CHANNELS

Face = dict[str, dict[str, float]]

_MAX_ANGLE_RAD: Final = 360.0  # larger ones are not angles in radians
_LIMITS: Final = {(c.layer, c.name): (c.low, c.high) for c in CHANNELS}


class RowFaces:
    """The rows of one file; used from one thread.

    Args:
        columns: of the file.
        path: of the file, for messages.
    """

    def __init__(self, columns: Sequence[Column], path: Path) -> None:
        self._columns = columns
        self._path = path
        profile = Profiles().of("livelink", "livelink")
        self._eyes = Calibrator(profile, rest_of(profile))
        numbers = [place for place, column in enumerate(columns) if column.is_value or column.is_count]
        read = [columns[place] for place in numbers]
        # itemgetter gives a tuple for two places and more
        self._pick = itemgetter(*numbers) if len(numbers) > 1 else None
        self._counts = [i for i, column in enumerate(read) if column.is_count]
        self._shapes = [i for i, column in enumerate(read) if column.shape]
        self._shape_places = [INDEX[read[i].shape] for i in self._shapes]
        self._expression = [
            (i, read[i].shape, *_LIMITS["expression", read[i].shape])
            for i in self._shapes
            if not read[i].shape.startswith("eyeLook")
        ]
        self._angles = [(i, *column.angle) for i, column in enumerate(read) if column.angle is not None]

    def __call__(self, row: Sequence[str], line: int) -> Face:
        """The face of a row; empty where it has none.

        Args:
            row: as many cells as there are columns.
            line: its number in the file, for messages.

        Raises:
            RecordingError: a cell is no number.
        """
        if self._pick is None:
            return self.cell_by_cell(row, line)
        try:
            numbers = list(map(float, self._pick(row)))
        except ValueError:
            return self.cell_by_cell(row, line)
        if not all(-_MAX_ANGLE_RAD < number < _MAX_ANGLE_RAD for number in numbers):
            return self.cell_by_cell(row, line)
        return self._face(numbers)

    def _face(self, numbers: list[float]) -> Face:
        for place in self._counts:
            if numbers[place] == 0.0:
                return {}
        face: Face = {}
        if self._expression:
            face["expression"] = {
                shape: min(max(numbers[place], low), high) for place, shape, low, high in self._expression
            }
        angles: dict[str, list[float]] = {"yaw": [], "pitch": []}
        for place, layer, channel, sign in self._angles:
            if layer == "pose":
                _set(face, layer, channel, sign * numbers[place])
            elif channel in angles:
                angles[channel].append(sign * numbers[place])
        looks = np.full(len(BLENDSHAPES), np.nan)
        looks[self._shape_places] = [numbers[place] for place in self._shapes]
        self._set_gaze(face, angles, looks)
        return face

    def cell_by_cell(self, row: Sequence[str], line: int) -> Face:
        """The slow reference of calling: arguments and result are the same."""
        face: Face = {}
        looks = np.full(len(BLENDSHAPES), np.nan)
        angles: dict[str, list[float]] = {"yaw": [], "pitch": []}
        for column, cell in zip(self._columns, row, strict=True):
            text = cell.strip()
            if not text or not (column.is_value or column.is_count):
                continue
            try:
                value = float(point_number(text) if "," in text else text)
            except ValueError as error:
                raise RecordingError(
                    f"{self._path}, line {line}: got {cell[:40]!r} for {column.title}, expected a number"
                ) from error
            if not abs(value) < _MAX_ANGLE_RAD:  # true for NaN
                continue
            if column.is_count and value == 0.0:
                return {}
            if column.shape:
                looks[INDEX[column.shape]] = value
                if not column.shape.startswith("eyeLook"):
                    _set(face, "expression", column.shape, value)
            elif column.angle is not None:
                layer, channel, sign = column.angle
                if layer == "pose":
                    _set(face, layer, channel, sign * value)
                elif channel in angles:
                    angles[channel].append(sign * value)
        self._set_gaze(face, angles, looks)
        return face

    def _set_gaze(self, face: Face, angles: dict[str, list[float]], looks: np.ndarray) -> None:
        """The mean of both eyes' angles; where all are 0, the angles of the eyeLook coefficients."""
        if any(angles["yaw"]) or any(angles["pitch"]):
            for channel, both in angles.items():
                if both:
                    _set(face, "gaze", channel, sum(both) / len(both))
        else:
            for channel, value in self._eyes.gaze({}, looks).items():
                _set(face, "gaze", channel, value)


def _set(face: Face, layer: str, channel: str, value: float) -> None:
    low, high = _LIMITS[layer, channel]
    face.setdefault(layer, {})[channel] = min(max(value, low), high)
