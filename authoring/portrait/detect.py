"""Finds the main face of a portrait, also a small face in a large picture.

The landmarker detects faces larger than about a tenth of the picture's longer side. So the picture is searched whole
and in overlapping tiles: always in halves, to find further faces; in smaller tiles only while no face is found.

    face = choose_face(find_faces(landmarker, portrait.shown), number=None)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.errors import FaceError
from vision.landmarker import FaceLandmarker, FaceObservation

AT_ONCE: Final = 8  # number of faces that the landmarker must report
DIVISIONS: Final = (4, 8)  # tiles along the longer side, in turn, while no face is found
SMALLEST_TILE: Final = 160  # pixels: faces in smaller tiles are too small for an avatar
MINOR: Final = 0.4  # share of the largest face's height; lower faces are people in the background
MIN_FACE_PX: Final = 40  # lowest face in the portrait, pixels
OUTER_CORNERS: Final = (263, 33)  # landmarks of the subject's left and right eye
STEADY: Final = 0.012  # an upright face's landmarks differ by less between a picture and its mirror image, in face heights
#: Landmarks on the subject's left, and their mirror images on the right.
PAIRS: Final = np.array(
    [(263, 362, 291, 334, 280, 454, 386, 374, 300, 397), (33, 133, 61, 105, 50, 234, 159, 145, 70, 172)]
)

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def find_faces(landmarker: FaceLandmarker, rgb: NDArray[np.uint8]) -> list[FaceObservation]:
    """Find all faces of the foreground, left to right.

    Args:
        landmarker: for single pictures, made for AT_ONCE faces.
        rgb: (H, W, 3) uint8 sRGB.

    Returns:
        The faces, in the picture's pixels, without those far smaller than the largest.
    """
    found = landmarker.detect(rgb, None)
    for division in (2, *DIVISIONS):
        if found and division != 2:
            break
        for face in _in_tiles(landmarker, rgb, division):
            found = _with(found, face)
    if not found:
        return []
    largest = max(face_height(face) for face in found)
    return sorted(
        (face for face in found if face_height(face) >= MINOR * largest), key=lambda face: face_box(face)[0]
    )


def choose_face(faces: list[FaceObservation], number: int | None) -> FaceObservation:
    """Choose the face that becomes the avatar.

    Args:
        faces: left to right, as `find_faces` gives them.
        number: 1 is the leftmost; None if exactly one is expected.

    Raises:
        FaceError: no face, several without a number, a number out of range, or a face that is too small.
    """
    if not faces:
        raise FaceError(
            "no face found; expected one human face, which may be painted or drawn in human proportions, and "
            "looks roughly into the camera. Animals and strongly simplified drawings cannot be used. Try a "
            "picture with a larger, unhidden, evenly lit face, or crop the picture around the head"
        )
    if number is None and len(faces) > 1:
        raise FaceError(
            f"{len(faces)} faces found, one is needed; choose it with --face N, from left to right: "
            + "; ".join(f"{i} {_where(face)}" for i, face in enumerate(faces, 1))
        )
    number = 1 if number is None else number
    if not 1 <= number <= len(faces):
        raise FaceError(f"there is no face {number}: {len(faces)} found, numbered from 1, left to right")
    face = faces[number - 1]
    if face_height(face) < MIN_FACE_PX:
        raise FaceError(
            f"the face is only {face_height(face):.0f} pixels high, at least {MIN_FACE_PX} are needed; "
            "use a larger picture"
        )
    return face


def upright_faces(landmarker: FaceLandmarker, rgb: NDArray[np.uint8]) -> tuple[list[FaceObservation], int]:
    """Find the faces, and turn the picture by quarter turns until they are upright.

    Returns:
        The faces as from `find_faces`, and the quarter turns to the left, as `numpy.rot90` counts them.
    """
    faces = find_faces(landmarker, rgb)
    chosen, error = (faces, 0), _mirror_error(landmarker, rgb, faces)
    if error > STEADY:
        for quarters in (1, 3, 2):
            turned = np.ascontiguousarray(np.rot90(rgb, quarters))
            other = _mirror_error(landmarker, turned, landmarker.detect(turned, None))
            if other < 0.6 * error:
                chosen, error = (find_faces(landmarker, turned), quarters), other
    return chosen


def _mirror_error(landmarker: FaceLandmarker, rgb: NDArray[np.uint8], faces: list[FaceObservation]) -> float:
    """Median distance of the largest face's landmarks between the picture and its mirror image, in face heights.

    The landmarker also finds upright faces in upside-down ones, but at different places in the mirror image.

    Returns:
        The distance; infinity if there is no face or its eyes are not level.
    """
    if not faces:
        return np.inf
    face = max(faces, key=face_height)
    across = face.landmarks[OUTER_CORNERS[0], :2] - face.landmarks[OUTER_CORNERS[1], :2]
    if across[0] <= abs(across[1]):  # the eyes are not level
        return np.inf
    left, top, right, bottom = around(face, rgb)
    cut = rgb[top:bottom, left:right]
    seen = landmarker.detect(np.ascontiguousarray(cut), None)
    mirrored = landmarker.detect(np.ascontiguousarray(cut[:, ::-1]), None)
    gaps = [np.inf]
    for one in seen:
        for other in mirrored:
            back = other.landmarks[PAIRS[::-1], :2] * (-1, 1) + (cut.shape[1], 0)
            distance = np.linalg.norm(back - one.landmarks[PAIRS, :2], axis=2)
            gaps.append(float(np.median(distance)) / face_height(one))
    return min(gaps)


def face_box(face: FaceObservation) -> tuple[float, float, float, float]:
    """Bounding box of the landmarks: left, top, right, bottom, pixels."""
    (left, top), (right, bottom) = face.landmarks[:, :2].min(0), face.landmarks[:, :2].max(0)
    return float(left), float(top), float(right), float(bottom)


def face_height(face: FaceObservation) -> float:
    """Height of the landmarks, pixels."""
    _, top, _, bottom = face_box(face)
    return bottom - top


def detect_in(landmarker: FaceLandmarker, rgb: NDArray[np.uint8], box: Box) -> list[FaceObservation]:
    """Detect faces inside a box of the picture.

    Args:
        rgb: (H, W, 3) uint8 sRGB.

    Returns:
        The faces, in the whole picture's pixels.
    """
    left, top, right, bottom = box
    shift = np.array([left, top, 0], np.float32)
    return [
        replace(face, landmarks=face.landmarks + shift)
        for face in landmarker.detect(np.ascontiguousarray(rgb[top:bottom, left:right]), None)
    ]


def _tiles(width: int, height: int, division: int) -> Iterator[Box]:
    """Square tiles of the longer side's length / division, overlapping by half."""
    side = -(-max(width, height) // division)
    if side < SMALLEST_TILE:
        return
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top, min(left + side, width), min(top + side, height)


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    count = -(-(length - side) // max(side // 2, 1)) + 1
    return [int(v) for v in np.linspace(0, length - side, count).round()]


def _in_tiles(landmarker: FaceLandmarker, rgb: NDArray[np.uint8], division: int) -> Iterator[FaceObservation]:
    """Faces that lie entirely in a tile and are detected again in a closer crop."""
    height, width = rgb.shape[:2]
    for tile in _tiles(width, height, division):
        for face in detect_in(landmarker, rgb, tile):
            left, top, right, bottom = face_box(face)
            cut = (
                (left < tile[0] and tile[0] > 0)
                or (top < tile[1] and tile[1] > 0)
                or (right > tile[2] and tile[2] < width)
                or (bottom > tile[3] and tile[3] < height)
            )
            if not cut:
                yield from _confirmed(landmarker, rgb, face)


def _confirmed(
    landmarker: FaceLandmarker, rgb: NDArray[np.uint8], face: FaceObservation
) -> list[FaceObservation]:
    """Detect the face again in a crop around it; false detections fail this."""
    box = around(face, rgb)
    return [closer for closer in detect_in(landmarker, rgb, box) if _same(closer, face)][:1]


def around(face: FaceObservation, rgb: NDArray[np.uint8]) -> Box:
    """The face's box with the margin that the detector works best with."""
    height, width = rgb.shape[:2]
    left, top, right, bottom = face_box(face)
    reach = 0.75 * max(right - left, bottom - top)
    return (
        max(int(left - reach), 0),
        max(int(top - reach), 0),
        min(int(right + reach) + 1, width),
        min(int(bottom + reach) + 1, height),
    )


def _with(found: list[FaceObservation], face: FaceObservation) -> list[FaceObservation]:
    """Append a face unless it is in the list already."""
    return found if any(_same(face, other) for other in found) else [*found, face]


def _same(one: FaceObservation, other: FaceObservation) -> bool:
    return overlap(one.landmarks, other.landmarks) > 1 / 3


def overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Intersection over union, 0..1, of the bounding boxes of two faces' landmarks (N, 2 or more)."""
    (a0, a1), (b0, b1) = ((p[:, :2].min(0), p[:, :2].max(0)) for p in (one, other))
    shared = float(np.prod(np.maximum(np.minimum(a1, b1) - np.maximum(a0, b0), 0)))
    both = float(np.prod(a1 - a0) + np.prod(b1 - b0)) - shared
    return shared / max(both, 1e-9)


def _where(face: FaceObservation) -> str:
    left, top, right, bottom = face_box(face)
    middle = f"({(left + right) / 2:.0f}, {(top + bottom) / 2:.0f})"
    return f"at {middle}, {right - left:.0f}x{bottom - top:.0f} pixels"
