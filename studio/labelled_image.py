"""LabelledImage: the arrays with a value for every pixel that every studio picture has, alone or in a batch.

picture.composed()      # (S, S, 3): the person over the background
picture.face_mask       # (S, S) bool
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.arrays import Floats
from studio.head.source import PART

#: Parts of the face, without scalp, neck and everything worn.
FACE_PARTS: Final = tuple(
    PART[name] for name in ("face", "teeth", "gums_and_tongue", "mouth_socket", "eyeball_left", "eyeball_right",
                            "eye_socket_left", "eye_socket_right", "eyelashes", "brows")
)  # fmt: skip
#: Array of a LabelledImage -> its shape after (S, S), and its dtype.
PIXEL_ARRAYS: Final[dict[str, tuple[tuple[int, ...], type[np.generic]]]] = {
    "image": ((4,), np.uint8),
    "background": ((3,), np.uint8),
    "part": ((), np.uint8),
    "normal": ((3,), np.float32),
    "depth": ((), np.float32),
}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImage:
    """A picture of S x S pixels and its labels for each pixel; in a batch, B stands before every shape.

    Attributes:
        image: (S, S, 4) uint8 RGBA, straight alpha, sRGB, top row first: the person alone.
        background: (S, S, 3) uint8 RGB, sRGB, top row first.
        part: (S, S) uint8, number of the PART that is seen at the pixel's centre; 0 = background.
        normal: (S, S, 3) float32, unit normals in camera space; 0 where there is background.
        depth: (S, S) float32, distance along the camera's axis in head-model units; 0 = background.
    """

    image: NDArray[np.uint8]
    background: NDArray[np.uint8]
    part: NDArray[np.uint8]
    normal: Floats
    depth: Floats

    @property
    def alpha(self) -> NDArray[np.uint8]:
        """(S, S) uint8, coverage by the person, 0..255."""
        return self.image[..., 3]

    @property
    def face_mask(self) -> NDArray[np.bool_]:
        """(S, S) bool, whether the pixel shows the face, its eyes, lashes, brows or mouth."""
        return np.isin(self.part, FACE_PARTS)

    def composed(self) -> NDArray[np.uint8]:
        """(S, S, 3) uint8 RGB, sRGB: the person over the background."""
        return composite_over(self.image, self.background)


def composite_over(image: NDArray[np.uint8], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Alpha compositing of an image over an opaque background, rounded to the nearest.

    Args:
        image: (..., 4) uint8, straight alpha. background: (..., 3) uint8.

    Returns:
        (..., 3) uint8.

    Source: T. Porter, T. Duff, "Compositing digital images", SIGGRAPH 1984, operator "over".
    """
    alpha = image[..., 3:].astype(np.uint16)
    return ((image[..., :3] * alpha + background * (255 - alpha) + 127) // 255).astype(np.uint8)
