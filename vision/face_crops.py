"""Face crops: the squares around face, eyes and mouth that the tracker's network reads, levelled and scaled by landmarks.

    frame = frame_of(landmarks)                      # where the face lies: place, tilt, scale
    crops = FaceCrops(); crops.cut(picture, frame)
    crops.face, crops.eyes, crops.mouth              # float32 planes, 0..1

The frame comes from points that hardly move with the expression: the eyes' corners and the nose. Angles are as in a head
pose: axes +X to the subject's left, +Y up, towards the camera +Z.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

FACE_PX: Final = 128
EYE_PX: Final = 64
#: Height and width of the mouth's crop.
MOUTH_PX: Final = (80, 96)

#: MediaPipe's points that the frame is fitted to, and where they lie on a mean face that looks into the camera: about
#: centimetres from the root of the nose, x to the subject's left, y up.
ANCHORS: Final = (33, 133, 362, 263, 168, 6, 197, 195, 98, 327, 2)
PLACES: Final = np.array([
    (-4.47, -0.36), (-2.12, -0.50), (2.12, -0.50), (4.47, -0.36), (0.0, 0.0), (0.0, -0.78), (0.0, -1.42), (0.0, -2.0),
    (-1.63, -4.65), (1.63, -4.65), (0.0, -4.67),
])  # fmt: skip
#: Centre and width of the face's crop in the same units.
FACE: Final = ((0.0, -4.0), 22.0)
#: MediaPipe's corners of the left and the right eye, and the lower end of the nose: where the other crops are.
CORNERS: Final = ((362, 263), (33, 133))
NOSE_END: Final = 2
#: From there to the crop's centre, x away from the nose, and the crop's width.
EYE: Final = ((0.0, 1.0), 6.8)
MOUTH: Final = ((0.0, -3.0), 10.8)
#: A frame is fitted only to points that span more than this, pixels.
_LEAST_SPAN_PX: Final = 4.0
#: Focal length, in picture heights, of a camera that says nothing about itself: a webcam's.
USUAL_FOCAL: Final = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class FaceFrame:
    """Where a face lies in a picture.

    Attributes:
        x, y: pixels, the root of the nose. unit: pixels in one unit of the mean face. tilt: radians, + towards the
            subject's right shoulder.
        eyes: (2, 2) places of the left and the right eye on the mean face. nose: (2,) the place of the nose's lower end.
    """

    x: float
    y: float
    unit: float
    tilt: float
    eyes: Doubles
    nose: Doubles

    def to_picture(self, places: Doubles) -> Doubles:
        """Places (..., 2) on the mean face, x left and y up, to pixels (..., 2)."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        # +Y leans towards -X where the tilt is positive
        turned = places @ np.array([[cos, sin], [-sin, cos]])
        return np.asarray(np.array([self.x, self.y]) + self.unit * turned * np.array([1.0, -1.0]))

    def to_places(self, points: NDArray[np.floating]) -> Doubles:
        """Pixels (..., 2) to places (..., 2) on the mean face: the inverse of `to_picture`."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        away = (
            (np.asarray(points, np.float64) - np.array([self.x, self.y])) / self.unit * np.array([1.0, -1.0])
        )
        return np.asarray(away @ np.array([[cos, -sin], [sin, cos]]))


def frame_of(landmarks: NDArray[np.floating]) -> FaceFrame | None:
    """The frame of MediaPipe's landmarks, by least squares; None where they lie on a spot, or are not finite.

    Args:
        landmarks: (478, 2 or 3) pixels, x right, y down.
    """
    points = np.asarray(landmarks[list(ANCHORS), :2], np.float64) * np.array([1.0, -1.0])
    if not np.isfinite(points).all() or np.ptp(points, axis=0).max() < _LEAST_SPAN_PX:
        return None
    here, there = points.mean(0), PLACES.mean(0)
    at, of = points - here, PLACES - there
    size = float((of**2).sum())
    # similarity as the complex number a + ib that takes `of` to `at`
    a = float((at * of).sum()) / size
    b = float((at[:, 1] * of[:, 0] - at[:, 0] * of[:, 1]).sum()) / size
    unit, tilt = float(np.hypot(a, b)), float(np.arctan2(b, a))
    if unit <= 0.0:
        return None
    middle = FaceFrame(0.0, 0.0, unit, tilt, np.zeros((2, 2)), np.zeros(2))
    x, y = here * np.array([1.0, -1.0]) - middle.to_picture(there)
    frame = replace(middle, x=float(x), y=float(y))
    eyes = frame.to_places(np.stack([landmarks[list(pair), :2].mean(0) for pair in CORNERS]))
    return replace(frame, eyes=eyes, nose=frame.to_places(landmarks[NOSE_END, :2]))


def mean_frame(x: float, y: float, unit: float, tilt: float) -> FaceFrame:
    """The frame of a mean face: for a first look, when only its place, its size and its tilt are known."""
    of = dict(zip(ANCHORS, PLACES, strict=True))
    eyes = np.stack([(of[first] + of[second]) / 2 for first, second in CORNERS])
    return FaceFrame(x, y, unit, tilt, eyes, of[NOSE_END])


def face_places(points: NDArray[np.floating]) -> Doubles:
    """Points (..., 2) of the face's crop, -1..1 from edge to edge, x right, y down, to places on the mean face."""
    (x, y), width = FACE
    return np.asarray(np.asarray(points, np.float64) * np.array([width / 2, -width / 2]) + np.array([x, y]))


def face_points(places: Doubles) -> Doubles:
    """The inverse of `face_places`."""
    (x, y), width = FACE
    return np.asarray((places - np.array([x, y])) / np.array([width / 2, -width / 2]))


def face_matrix(frame: FaceFrame) -> Doubles:
    """(2, 3), pixel indices of the face's crop to those of the picture, for `cv2.warpAffine` with WARP_INVERSE_MAP."""
    return _matrix(frame, *FACE, FACE_PX, FACE_PX)


def eye_matrix(frame: FaceFrame, side: int) -> Doubles:
    """The same for an eye's crop: side 0 is the left eye, 1 the right one, whose crop is mirrored."""
    (x, y), width = EYE
    out = x if side == 0 else -x
    centre = (float(frame.eyes[side, 0]) + out, float(frame.eyes[side, 1]) + y)
    return _matrix(frame, centre, width, EYE_PX, EYE_PX, is_mirrored=side == 1)


def mouth_matrix(frame: FaceFrame) -> Doubles:
    """The same for the mouth's crop."""
    (x, y), width = MOUTH
    return _matrix(frame, (float(frame.nose[0]) + x, float(frame.nose[1]) + y), width, *MOUTH_PX)


def _matrix(
    frame: FaceFrame,
    centre: tuple[float, float],
    width: float,
    rows: int,
    columns: int,
    *,
    is_mirrored: bool = False,
) -> Doubles:
    """Indices whose (0, 0) is the centre of the first pixel, on both sides."""
    step = width / columns  # units a pixel
    right = -step if is_mirrored else step
    first = np.array([centre[0] - right * (columns - 1) / 2, centre[1] + step * (rows - 1) / 2])
    corners = np.array([first, first + np.array([right, 0.0]), first - np.array([0.0, step])])
    at = frame.to_picture(corners) - 0.5
    return np.stack([at[1] - at[0], at[2] - at[0], at[0]], 1)


def crop_points(points: NDArray[np.floating], matrix: Doubles, rows: int, columns: int) -> Doubles:
    """Pixels (..., 2) of the picture to a crop's places, -1..1 from edge to edge, x right, y down.

    Args:
        matrix: of the crop, as `eye_matrix`.
    """
    away = np.asarray(points, np.float64) - 0.5 - matrix[:, 2]
    index = away @ np.linalg.inv(matrix[:, :2]).T
    return np.asarray((index + 0.5) * (2.0 / np.array([columns, rows])) - 1.0)


class FaceCrops:
    """The network's input, allocated once; belongs to one thread.

    Attributes:
        face: (1, 3, 128, 128), eyes: (2, 3, 64, 64) left and mirrored right, mouth: (1, 3, 80, 96); float32 RGB 0..1.
    """

    def __init__(
        self, face: Floats | None = None, eyes: Floats | None = None, mouth: Floats | None = None
    ) -> None:
        """Crops in arrays of the caller's, or in new ones."""
        self.face = np.zeros((1, 3, FACE_PX, FACE_PX), np.float32) if face is None else face
        self.eyes = np.zeros((2, 3, EYE_PX, EYE_PX), np.float32) if eyes is None else eyes
        self.mouth = np.zeros((1, 3, *MOUTH_PX), np.float32) if mouth is None else mouth

    def cut(self, picture: NDArray[np.uint8], frame: FaceFrame) -> None:
        """Cut the crops out of a picture (H, W, 3) uint8 RGB; what lies outside repeats the edge."""
        _planes(cut(picture, face_matrix(frame), FACE_PX, FACE_PX), self.face[0])
        for side in range(2):
            _planes(cut(picture, eye_matrix(frame, side), EYE_PX, EYE_PX), self.eyes[side])
        _planes(cut(picture, mouth_matrix(frame), *MOUTH_PX), self.mouth[0])


def cut(picture: NDArray[np.uint8], matrix: Doubles, rows: int, columns: int) -> NDArray[np.uint8]:
    """One crop (rows, columns, 3) uint8. A crop of a large face is averaged down first, so that it does not flicker."""
    import cv2

    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale > 1.5:
        picture, matrix = _reduced(picture, matrix, rows, columns, scale)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(picture, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def _reduced(
    picture: NDArray[np.uint8], matrix: Doubles, rows: int, columns: int, scale: float
) -> tuple[NDArray[np.uint8], Doubles]:
    """The crop's surroundings averaged down by a whole number, and the crop's matrix there."""
    import cv2

    step = max(1, round(scale))
    corners = np.array([(0, 0, 1), (columns, 0, 1), (0, rows, 1), (columns, rows, 1)]) @ matrix.T
    height, width = picture.shape[:2]
    low = np.clip(np.floor(corners.min(0)).astype(int) - step, 0, (width - 1, height - 1))
    high = np.clip(np.ceil(corners.max(0)).astype(int) + step, low + 1, (width, height))
    part: Any = picture[low[1] : high[1], low[0] : high[0]]
    size = np.maximum((high - low) // step, 1)
    small = cv2.resize(part, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    ratio = size / (high - low)
    moved = matrix.copy()
    # index i of the picture is index (i + 0.5 - low) * ratio - 0.5 of the small one
    moved[:, 2] += 0.5 - low
    moved *= ratio[:, None]
    moved[:, 2] -= 0.5
    return np.asarray(small), moved


def _planes(crop: NDArray[np.uint8], out: Floats) -> None:
    np.multiply(crop.transpose(2, 0, 1), np.float32(1 / 255), out=out)


def ray_turn(x: float, y: float, width: int, height: int, focal: float) -> Doubles:
    """Rotation (3, 3) from the camera's axis to the ray through a pixel: how much a head seen there seems turned.

    Args:
        x, y: pixels. width, height: of the picture. focal: in picture heights.

    A head that looks into the camera from the picture's edge is turned by this in camera space.
    """
    across = (x - width / 2) / (height * focal)
    up = (height / 2 - y) / (height * focal)
    # towards the camera from there: (-across, -up, 1); first the yaw about +Y, then the pitch
    yaw = np.arctan2(-across, 1.0)
    pitch = np.arctan2(-up, np.hypot(across, 1.0))
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    return np.asarray(turn @ nod)


def tilt_turn(tilt: float) -> Doubles:
    """Rotation (3, 3) of a tilt in the picture's plane, + towards the subject's right shoulder."""
    cos, sin = np.cos(tilt), np.sin(tilt)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
