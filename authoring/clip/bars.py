"""Finds the black bars around a clip's picture, as films and phones' recordings in another shape have them.

finder = BarFinder()
for picture in pictures: finder.add(picture)
inner = finder.bars().cut(picture)
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

#: A row or column of a bar is never brighter than this, of 255, at this quantile of its pixels.
BLACK: Final = 24
WHOLLY_BLACK: Final = 4
QUANTILE: Final = 98
#: Bars are so many pixels wide at least, and two opposite ones take less than this share of the picture.
NARROWEST: Final = 4
MOST: Final = 0.8
#: The narrower of two opposite bars has at least this share of the wider one's width.
ALIKE: Final = 0.6


class Bars(NamedTuple):
    """Widths in pixels; false if there are none."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        """Whether any bar has a width."""
        return any(self[:])

    def cut(self, picture: Picture) -> Picture:
        """(H, W, 3) uint8 without the bars, contiguous."""
        height, width = picture.shape[:2]
        return np.ascontiguousarray(picture[self.top : height - self.bottom, self.left : width - self.right])

    def described(self) -> str:
        """For people: which sides, and how wide."""
        return ", ".join(
            f"{name} {value} px" for name, value in zip(self._fields, self, strict=True) if value
        )


class BarFinder:
    """Remembers how bright every row and column of a clip became."""

    def __init__(self) -> None:
        self._rows: NDArray[np.float32] | None = None
        self._columns: NDArray[np.float32] | None = None

    def add(self, picture: Picture) -> None:
        """Look at a frame, (H, W, 3) uint8; all of one size."""
        bright = picture.max(2)
        rows, columns = (
            np.percentile(bright[:: 1 + axis * 3, :: 4 - axis * 3], QUANTILE, axis=1 - axis).astype(
                np.float32
            )
            for axis in (0, 1)
        )
        self._rows = rows if self._rows is None else np.maximum(self._rows, rows)
        self._columns = columns if self._columns is None else np.maximum(self._columns, columns)

    def bars(self) -> Bars:
        """The bars of all frames that were added; none where a picture is black altogether."""
        if self._rows is None or self._columns is None:
            return Bars()
        (top, bottom), (left, right) = (_dark_ends(values) for values in (self._rows, self._columns))
        return Bars(left, top, right, bottom)


def _dark_ends(values: NDArray[np.float32]) -> tuple[int, int]:
    """Widths of the bars at both ends. A bar at one end alone must be wholly black: clothes and walls are dark too."""
    ends = _ends(values, BLACK)
    if min(ends) < max(NARROWEST, ALIKE * max(ends)):
        ends = _ends(values, WHOLLY_BLACK)
    if sum(ends) > MOST * len(values):
        return 0, 0
    first, last = (end + 1 if end >= NARROWEST else 0 for end in ends)  # one more: the edge is mixed
    return first, last


def _ends(values: NDArray[np.float32], black: float) -> tuple[int, int]:
    """How many values at both ends are no larger; 0 if all are."""
    lit = np.flatnonzero(values > black)
    return (int(lit[0]), len(values) - 1 - int(lit[-1])) if len(lit) else (0, 0)
