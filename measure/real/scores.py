"""Figures of one method on one real clip: how near its frames are to the clip's own.

row = clip_scores("head", frames, truth, landmarker)      # ClipRow

Frames are first moved onto the truth by the landmarks (a similarity), because a webcam's pose is not exact: place is judged
apart from looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.landmarks import FACE_OVAL, FIRST_IRIS
from measure.image_metrics import mean_of, psnr_db, ssim_map
from measure.real.clip_truth import ClipTruth
from protocol.blendshapes import INDEX
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker

if TYPE_CHECKING:  # it needs torch
    from measure.judges.face_judges import FaceJudges

Picture = NDArray[np.uint8]
_INNER: Final = np.setdiff1d(np.arange(FIRST_IRIS), FACE_OVAL)
#: Coefficients that MediaPipe measures well on real faces.
_JUDGED: Final = [
    INDEX[name]
    for name in (
        "jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp", "eyeBlinkLeft", "eyeBlinkRight", "mouthPucker",
        "mouthUpperUpLeft", "mouthLowerDownLeft", "browDownLeft", "browDownRight", "eyeSquintLeft",
    )
]  # fmt: skip
#: Standard deviation below which a coefficient does not move in a clip, and its slope says nothing.
_MOVES: Final = 0.04


@dataclass(frozen=True, slots=True)
class ClipRow:
    """One method's means over a clip.

    Attributes:
        found: share of frames in which a face is found.
        face_db, all_db: PSNR inside the face's outline, and of the square. ssim: of the face.
        sharp: gradient energy inside the face, frame over truth.
        place_px: distance of the face's centre from the truth's, pixels of 256.
        yaw_deg, pitch_deg: mean absolute differences of the head pose, as the landmarker sees both.
        coefficient: mean absolute difference of the judged coefficients. slope: median response to the truth's, 1 = equal.
        apart: distance of the face's embedding from the truth's, as an outside judge sees both; nan without one.
    """

    method: str
    found: float
    face_db: float
    all_db: float
    ssim: float
    sharp: float
    place_px: float
    yaw_deg: float
    pitch_deg: float
    coefficient: float
    slope: float
    apart: float = float("nan")


FIGURES: Final = tuple(field.name for field in fields(ClipRow))[1:]


def clip_scores(
    method: str,
    frames: Sequence[Picture],
    truth: ClipTruth,
    landmarker: FaceLandmarker,
    judges: FaceJudges | None = None,
) -> ClipRow:
    """Score a method's frames.

    Args:
        frames: (S, S, 3) uint8 RGB, one for each of the truth's pictures.
        landmarker: of single pictures.
        judges: None leaves `apart` out.
    """
    rows: list[tuple[float, ...]] = []
    seen, meant, apart = [], [], []
    for frame, picture, true in zip(frames, truth.pictures, truth.found, strict=True):
        found = landmarker.detect(frame, 0)
        if not found:
            continue
        own, goal = found[0].landmarks[_INNER, :2], true.landmarks[_INNER, :2]
        mask = _outline_mask(true.landmarks, len(picture))
        moved = _onto(frame, own, goal)
        pose, wanted = head_pose(found[0].transform), head_pose(true.transform)
        rows.append(
            (
                psnr_db(moved, picture, mask),
                psnr_db(moved, picture),
                mean_of(ssim_map(moved, picture), mask),
                _sharpness(moved, picture, mask),
                float(np.linalg.norm(own.mean(0) - goal.mean(0))) * 256 / len(picture),
                abs(float(np.degrees(pose.yaw - wanted.yaw))),
                abs(float(np.degrees(pose.pitch - wanted.pitch))),
            )
        )
        seen.append(found[0].blendshapes[_JUDGED])
        meant.append(true.blendshapes[_JUDGED])
        if judges is not None:
            made = judges.embedding(frame, found[0].landmarks)
            apart.append(float(np.linalg.norm(made - judges.embedding(picture, true.landmarks))))
    if not rows:
        return ClipRow(method, 0.0, *[float("nan")] * (len(FIGURES) - 1))
    means = np.mean(rows, axis=0)
    responses, truths = np.array(seen), np.array(meant)
    face_db, all_db, ssim, sharp, place_px, yaw_deg, pitch_deg = (float(value) for value in means)
    return ClipRow(
        method=method,
        found=len(rows) / len(frames),
        face_db=face_db,
        all_db=all_db,
        ssim=ssim,
        sharp=sharp,
        place_px=place_px,
        yaw_deg=yaw_deg,
        pitch_deg=pitch_deg,
        coefficient=float(np.abs(responses - truths).mean()),
        slope=_slope(responses, truths),
        apart=float(np.mean(apart)) if apart else float("nan"),
    )


def _slope(seen: NDArray[np.float32], meant: NDArray[np.float32]) -> float:
    """Median over moving coefficients of the least-squares slope of `seen` by `meant`, both (N, K)."""
    moving = meant.std(0) > _MOVES
    if not moving.any():
        return float("nan")
    x, y = meant[:, moving] - meant[:, moving].mean(0), seen[:, moving] - seen[:, moving].mean(0)
    return float(np.median((x * y).sum(0) / (x * x).sum(0)))


def _onto(frame: Picture, own: NDArray[np.float32], goal: NDArray[np.float32]) -> Picture:
    """The frame moved by the similarity that brings its landmarks (K, 2) onto the truth's."""
    matrix, _ = cv2.estimateAffinePartial2D(own.astype(np.float64), goal.astype(np.float64), method=cv2.LMEDS)
    if matrix is None:
        return frame
    matrix = matrix.copy()
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV's (0, 0) is the centre of the first pixel
    size = frame.shape[1::-1]
    return np.asarray(
        cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    )


def _outline_mask(landmarks: NDArray[np.float32], size: int) -> NDArray[np.bool_]:
    mask = np.zeros((size, size), np.uint8)
    cv2.fillPoly(mask, [np.round(landmarks[list(FACE_OVAL), :2]).astype(np.int32)], 1)
    return mask > 0


def _sharpness(frame: Picture, truth: Picture, mask: NDArray[np.bool_]) -> float:
    """Gradient energy of the frame over the truth's, within a mask (S, S)."""

    def energy(picture: Picture) -> float:
        x = picture.astype(np.float32)
        down, right = np.diff(x, axis=0)[:, 1:], np.diff(x, axis=1)[1:]
        return float(((down**2 + right**2).sum(-1) * mask[1:, 1:]).sum())

    return energy(frame) / max(energy(truth), 1e-6)
