"""upright: a decoded picture -> as players show it, turned and mirrored by the file's display matrix.

picture = upright(picture, display_matrix)
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

MATRIX_BYTES: Final = 36


def upright(picture: NDArray[np.uint8], matrix: bytes | None) -> NDArray[np.uint8]:
    """Turn a picture by quarter turns and mirror it.

    Args:
        picture: (H, W, C) uint8.
        matrix: the display matrix, see `orientation`; None = as it is.

    Returns:
        (H, W, C) or, after a quarter turn, (W, H, C) uint8, contiguous.
    """
    if matrix is None or len(matrix) < MATRIX_BYTES:
        return picture
    is_transposed, flips_x, flips_y = orientation(matrix)
    if not (is_transposed or flips_x or flips_y):
        return picture
    turned = picture.transpose(1, 0, 2) if is_transposed else picture
    return np.ascontiguousarray(turned[:: -1 if flips_y else 1, :: -1 if flips_x else 1])


def orientation(matrix: bytes) -> tuple[bool, bool, bool]:
    """Whether rows and columns are exchanged, and x and y are then mirrored; the nearest quarter turn.

    Args:
        matrix: AV_FRAME_DATA_DISPLAYMATRIX, nine int32 in this machine's byte order, of which the first two of each
            row are 16.16 fixed point.

    Source: FFmpeg, libavutil/display.h: "x' = (a * x + c * y + e) / z, y' = (b * x + d * y + f) / z", stored as
        a, b, u, c, d, v, e, f, w.
    """
    a, b, _, c, d = struct.unpack("=5i", matrix[:20])
    if abs(b) + abs(c) > abs(a) + abs(d):
        return True, c < 0, b < 0
    return False, a < 0, d < 0
