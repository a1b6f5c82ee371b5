"""Moment: what one frame of a clip shows of the face, in the measures by which a portrait is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.canvas import FACE_SHARE, face_size
from authoring.portrait.detect import face_box
from vision.landmarker import FaceObservation

#: Height to which a face is scaled before its sharpness is measured, pixels.
SHARPNESS_PX: Final = 192
#: Landmarks of the inner edges of the upper and lower lip.
LIPS: Final = (13, 14)
#: Brightness of a well-lit face, 0..1, and values that are lost in shadow or in light, 0..255.
LIT: Final = (0.35, 0.75)
LOST: Final = (8, 250)
#: Height of a head above its topmost landmark, as a share of the face's.
CROWN: Final = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame with a face.

    Attributes:
        time_s: when it is shown, seconds from the first frame.
        face: in pixels of the frame without its bars.
        sharpness: variance of the face's Laplacian at SHARPNESS_PX; compared within a clip only.
        light: 0 = well lit; grows with the distance from LIT and with the share of lost values.
        cut_off: share 0..1 of the head-and-shoulders square that lies outside the frame, more for a cut crown.
        lips_apart: gap between the lips in face heights.
    """

    time_s: float
    face: FaceObservation
    sharpness: float
    light: float
    cut_off: float
    lips_apart: float


def moment_of(time_s: float, picture: NDArray[np.uint8], face: FaceObservation) -> Moment:
    """Measure a frame.

    Args:
        picture: (H, W, 3) uint8 RGB. face: in its pixels.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = face_box(face)
    tall = max(bottom - top, 1.0)
    rows = slice(max(int(top), 0), min(int(bottom) + 1, height))
    columns = slice(max(int(left), 0), min(int(right) + 1, width))
    crop = picture[rows, columns]
    if crop.size == 0:
        return Moment(time_s, face, 0.0, 1.0, 1.0, 0.0)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    scale = SHARPNESS_PX / tall
    size = (max(round(grey.shape[1] * scale), 8), max(round(grey.shape[0] * scale), 8))
    even = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    upper, lower = (face.landmarks[number, :2] for number in LIPS)
    return Moment(
        time_s,
        face,
        sharpness=float(cv2.Laplacian(even, cv2.CV_32F).var()),
        light=_light(even),
        cut_off=cut_off(face, width, height),
        lips_apart=float(np.linalg.norm(lower - upper)) / tall,
    )


def _light(grey: NDArray[np.uint8]) -> float:
    middle = grey[len(grey) // 5 :, grey.shape[1] // 5 : -grey.shape[1] // 5 or None]
    mean = float(middle.mean()) / 255
    lost = float(((middle <= LOST[0]) | (middle >= LOST[1])).mean())
    return max(LIT[0] - mean, mean - LIT[1], 0.0) + lost


def cut_off(face: FaceObservation, width: int, height: int) -> float:
    """`Moment.cut_off` of a face in a frame of a size."""
    points = face.landmarks[:, :2]
    left, top, right, bottom = face_box(face)
    side = face_size(points) / FACE_SHARE
    middle = ((left + right) / 2, (top + bottom) / 2)
    inside = 1.0
    for centre, length in zip(middle, (width, height), strict=True):
        low, high = max(centre - side / 2, 0.0), min(centre + side / 2, float(length))
        inside *= max(high - low, 0.0) / min(side, float(length))
    missing = max(CROWN * (bottom - top) - top, 0.0) / (bottom - top)
    return min(1 - inside + missing, 1.0)
