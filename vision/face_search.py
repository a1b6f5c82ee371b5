"""Face search: the small picture in which Omote's finder looks for a face, and what its numbers mean.

    view = search_view(height, width)
    fill_search(picture, view, planes)                     # planes (3, 160, 160), 0..1
    found = found_face(score, places, view)                # FoundFace or None

The whole picture is fitted into a square, grey above and below or beside it. Each cell of it says how surely the root of
a nose lies in it, and where the face's frame is if one does.

Source: X. Zhou et al., "Objects as points", 2019 (a heat map of centres, and the rest as numbers of the centre's cell).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.face_crops import FaceFrame, mean_frame

Floats = NDArray[np.float32]

#: Side of the small picture and of a cell, pixels; cells along a side.
SEARCH_PX: Final = 160
CELL_PX: Final = 4
CELLS: Final = SEARCH_PX // CELL_PX
#: Numbers of a cell: x and y from its middle to the root of the nose, in cells; the logarithm of the frame's unit over
#: UNIT_PX; cosine and sine of its tilt.
PLACES: Final = 5
UNIT_PX: Final = 3.0
#: Beside the picture, 0..1.
GREY: Final = 0.5


@dataclass(frozen=True, slots=True)
class SearchView:
    """Where a picture lies in the small one: `scale` small pixels a pixel, `left` and `top` its first one."""

    scale: float
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """A face: its frame in the picture, and how sure it is, 0..1."""

    frame: FaceFrame
    score: float


def search_view(height: int, width: int) -> SearchView:
    """The view of a picture of this size."""
    scale = SEARCH_PX / max(height, width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    return SearchView(scale, (SEARCH_PX - wide) // 2, (SEARCH_PX - high) // 2, wide, high)


def fill_search(picture: NDArray[np.uint8], view: SearchView, planes: Floats) -> None:
    """Write a picture (H, W, 3) uint8 into `planes` (3, 160, 160), 0..1."""
    import cv2

    small = cv2.resize(picture, (view.width, view.height), interpolation=cv2.INTER_AREA)
    planes[:] = GREY
    inside = planes[:, view.top : view.top + view.height, view.left : view.left + view.width]
    np.multiply(small.transpose(2, 0, 1), np.float32(1 / 255), out=inside)


def found_face(score: Floats, places: Floats, view: SearchView, least: float = 0.5) -> FoundFace | None:
    """The surest face; of two that are as sure, the larger one.

    Args:
        score: (40, 40) 0..1. places: (5, 40, 40), see PLACES; all finite.
        least: below this there is none.
    """
    size = np.clip(places[2], -2.5, 2.5)
    wanted = np.where(score >= least, score * (1.0 + 0.1 * size), -1.0)
    row, column = np.unravel_index(int(np.argmax(wanted)), score.shape)
    best = float(score[row, column])
    if best < least:
        return None
    rows, columns = (slice(max(0, at - 1), at + 2) for at in (int(row), int(column)))
    weights = score[rows, columns] ** 2
    weights = weights / weights.sum()
    ys, xs = np.mgrid[rows, columns][:, : weights.shape[0], : weights.shape[1]]
    near = places[:, rows, columns]
    x = float((weights * (xs + 0.5 + near[0])).sum()) * CELL_PX
    y = float((weights * (ys + 0.5 + near[1])).sum()) * CELL_PX
    unit = UNIT_PX * float(np.exp((weights * size[rows, columns]).sum()))
    tilt = float(np.arctan2((weights * near[4]).sum(), (weights * near[3]).sum()))
    frame = mean_frame((x - view.left) / view.scale, (y - view.top) / view.scale, unit / view.scale, tilt)
    return FoundFace(frame, best)
