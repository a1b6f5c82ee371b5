"""Crop samples: what a tracker's network is shown of the pictures in which MediaPipe has found a face."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from face.array_file import read_arrays
from measure.errors import MeasureError
from protocol.errors import FileError
from vision.face_crops import (
    EYE_PX,
    FACE_PX,
    MOUTH_PX,
    FaceFrame,
    cut,
    eye_matrix,
    face_matrix,
    frame_of,
    mouth_matrix,
)

#: Of the file, and of its arrays; 40 people have 140 MB.
MAX_BYTES: Final = 4 * 1024**3


@dataclass(frozen=True, slots=True, eq=False)
class CropSamples:
    """What a network is shown of the N pictures of TrackedSamples: crops around MediaPipe's landmarks.

    Attributes:
        face: (N, 128, 128, 3), eyes: (N, 2, 64, 64, 3), mouth: (N, 80, 96, 3) uint8 RGB, as `vision.face_crops` cuts them.
        frame: (N, 10) x, y, unit, tilt, then the eyes' and the nose's places, of the FaceFrame.
    """

    face: NDArray[np.uint8]
    eyes: NDArray[np.uint8]
    mouth: NDArray[np.uint8]
    frame: NDArray[np.float64]

    def frame_of(self, place: int) -> FaceFrame:
        """The frame of one picture."""
        x, y, unit, tilt, *places = self.frame[place].tolist()
        eyes = np.array(places[:4]).reshape(2, 2)
        return FaceFrame(x, y, unit, tilt, eyes, np.array(places[4:]))

    def where(self, chosen: NDArray[np.bool_]) -> CropSamples:
        """The chosen pictures; chosen: (N,) bool."""
        return CropSamples(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def save(self, path: Path) -> None:
        """Write the arrays to an npz file."""
        arrays: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that `save` wrote.

        Raises:
            MeasureError: the file is something else, or damaged.
        """
        try:
            arrays = read_arrays(path, max_bytes=MAX_BYTES)
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})
        except (FileError, KeyError) as error:
            raise MeasureError(f"{path} holds no crops ({error}); remove it to draw them again") from error


def crops_of(picture: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> tuple[Any, ...]:
    """A row of CropSamples: of a picture (H, W, 3) and MediaPipe's landmarks (478, 3) in it."""
    frame = frame_of(landmarks)
    assert frame is not None, "MediaPipe's landmarks of a face always give a frame"
    eyes = [cut(picture, eye_matrix(frame, side), EYE_PX, EYE_PX) for side in range(2)]
    return (
        cut(picture, face_matrix(frame), FACE_PX, FACE_PX),
        np.stack(eyes),
        cut(picture, mouth_matrix(frame), *MOUTH_PX),
        np.array([frame.x, frame.y, frame.unit, frame.tilt, *frame.eyes.ravel(), *frame.nose]),
    )
