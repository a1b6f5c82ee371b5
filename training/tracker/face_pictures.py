"""FacePictures: labelled pictures of one person for the tracker, and their files.

    write_faces(faces, folder / "p000123")       # appears whole or not at all
    faces = read_faces(folder / "p000123")       # memory-mapped
    rgb, part = faces.picture(3)

Pictures are packed: JPEG for the colours, PNG for the parts that they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from training.array_folder import read_arrays, write_arrays

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

#: Side of the pictures, pixels: eyes and mouths then have as many pixels as the tracker's crops.
FACE_PX: Final = 320
_JPEG: Final = 93


@dataclass(frozen=True, slots=True, eq=False)
class FacePictures:
    """N pictures of one person, S = FACE_PX.

    Attributes:
        packed: (bytes,) uint8, the JPEG and the PNG of every picture after each other.
        ends: (N, 2) int64, where the JPEG and the PNG of each picture end in `packed`.
        expression: (N, 52) float32, ARKit coefficients 0..1, without the lid movement that follows from the gaze.
        gaze: (N, 2) float32, yaw and pitch relative to the head, radians.
        turn: (N, 3, 3) float32, rotation of the head in camera space (axes as in `face.camera`).
        focal: (N,) float32, focal length in picture heights.
        landmarks: (N, 478, 3) float32, MediaPipe's points: x right, y down in pixels, depth in head-model units.
        identity: () int64.
    """

    packed: Bytes
    ends: NDArray[np.int64]
    expression: Floats
    gaze: Floats
    turn: Floats
    focal: Floats
    landmarks: Floats
    identity: NDArray[np.int64]

    def picture(self, number: int) -> tuple[Bytes, Bytes]:
        """A picture (S, S, 3) uint8 RGB, sRGB, and the studio's PART that each pixel shows, (S, S) uint8."""
        begin = int(self.ends[number - 1, 1]) if number else 0
        middle, end = (int(v) for v in self.ends[number])
        colours = cv2.imdecode(self.packed[begin:middle], cv2.IMREAD_COLOR_RGB)
        part = cv2.imdecode(self.packed[middle:end], cv2.IMREAD_GRAYSCALE)
        return np.asarray(colours), np.asarray(part)


def pack_pictures(pictures: list[tuple[Bytes, Bytes]]) -> tuple[Bytes, NDArray[np.int64]]:
    """`FacePictures.packed` and `ends` of pictures (S, S, 3) RGB and parts (S, S)."""
    pieces: list[Bytes] = []
    for colours, part in pictures:
        bgr = cv2.cvtColor(colours, cv2.COLOR_RGB2BGR)
        pieces.append(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG])[1])
        pieces.append(cv2.imencode(".png", part, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1])
    ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64).reshape(-1, 2)
    return np.concatenate(pieces), ends


def write_faces(faces: FacePictures, folder: Path) -> None:
    """Write one person's pictures; the folder appears when it is complete."""
    write_arrays(faces, folder)


def read_faces(folder: Path) -> FacePictures:
    """Map one person's pictures into memory, read-only; the labels are read.

    Raises:
        TrainingError: a file is missing or damaged.
    """
    return read_arrays(FacePictures, folder, mapped=("packed",))
