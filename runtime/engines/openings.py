"""Openings: the part of a frame in which eyeballs and mouth can be seen, so that they are drawn in no other.

    openings = Openings(opening_vertices(model), camera, size=512)
    for left, top, width, height in openings.boxes(vertices, motion): ...      # left eye, right eye, mouth

Most of an eyeball and of a mouth lies behind skin. A software driver leaves triangles outside of a box out before it
looks at their pixels; behind skin it does not.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera
from face.head_model import HeadModel
from face.motion import Motion

#: Kept around an opening: pixels, and shares of the longer side of the left eye's, the right eye's and the mouth's. The
#: skin of lids that turn away is soft, what is behind it shows through, and drawn eyes are larger than their lids.
MARGIN_PX: Final = 2
MARGIN_SHARES: Final = (0.8, 0.8, 0.4)
#: Nearer to the camera than this share of the frame's distance, a point has no safe place in the picture.
_NEAR: Final = 0.05

Box = tuple[int, int, int, int]


def opening_vertices(model: HeadModel) -> NDArray[np.int32]:
    """The edges (3, K) of the lids of the subject's left and right eye, and of the lips; the last vertex fills rows up."""
    loops = [np.concatenate([loop.upper, loop.lower]) for loop in (*model.lids, model.lips)]
    longest = max(map(len, loops))
    return np.stack([np.pad(loop, (0, longest - len(loop)), mode="edge") for loop in loops]).astype(np.int32)


class Openings:
    """Those of one head, in frames of one size."""

    def __init__(self, vertices: NDArray[np.int32], camera: PortraitCamera, size: int) -> None:
        """Keep what is fixed.

        Args:
            vertices: (3, K) `opening_vertices`.
            camera: the portrait's.
            size: side of the frames, pixels.
        """
        self._vertices, self._camera, self._size = vertices.ravel(), camera, size
        self._rows = len(vertices)
        self._shares = np.array(MARGIN_SHARES)[:, None]

    def boxes(self, head: NDArray[np.float32], motion: Motion) -> tuple[Box, ...]:
        """Left edge, top edge, width and height of each, pixels from the picture's upper left; nothing of it: 0 x 0.

        Args:
            head: (V, 3) float32, with its expression, head space.
            motion: the frame's.
        """
        size, camera = self._size, self._camera
        seen = camera.seen(head[self._vertices], motion)
        if float(seen[:, 2].max()) > _NEAR * float(camera.pivot_rest[2]):
            return ((0, 0, size, size),) * self._rows
        places = ((camera.project(seen) + 0.5) * size).reshape(self._rows, -1, 2)
        low, high = places.min(1), places.max(1)
        margin = MARGIN_PX + self._shares * (high - low).max(1, keepdims=True)
        lows = np.clip(np.floor(low - margin), 0, size).astype(int).tolist()
        highs = np.clip(np.ceil(high + margin), 0, size).astype(int).tolist()
        return tuple(
            (left, top, right - left, bottom - top)
            for (left, top), (right, bottom) in zip(lows, highs, strict=True)
        )
