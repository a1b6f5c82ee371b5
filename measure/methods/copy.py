"""The `copy` method: repeats the portrait. The baseline: a method that is no better does not move the face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.motion import Motion
from measure.head_placement import HeadPlacement


class CopyMethod:
    """The baseline; see `measure.methods.method.Method`."""

    name = "copy"
    placement: HeadPlacement | None = None

    def __init__(self, size: int) -> None:
        self._size = size
        self._frame = np.zeros((size, size, 4), np.uint8)

    def prepare(self, portrait: NDArray[np.uint8]) -> None:
        """Bring the portrait to the size of a frame."""
        small = Image.fromarray(portrait).resize((self._size, self._size), Image.Resampling.BOX)
        self._frame = np.dstack([np.asarray(small), np.full((self._size, self._size), 255, np.uint8)])

    def frames(
        self, motions: Sequence[Motion], *, fps: float, rest: Motion | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """The portrait, once for each Motion."""
        for _ in motions:
            yield self._frame.copy()

    def close(self) -> None:
        """Nothing to release."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_method(size: int, face_landmarker: Path | None, model: Path | None = None) -> CopyMethod:
    """Called by `make_method`."""
    return CopyMethod(size)
