"""Figures of the tracker on people who were not trained on, and a sheet of what it sees.

figures = judged(readings, batches)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.tracker import TrackerReading, rotation_of
from training.tracker.batches import TrackerBatch
from vision.face_crops import FACE_PX
from vision.tracker_outputs import READ_SHAPES

_SHOWN: int = 24
#: Shapes that webcam trackers hardly see: reported as a mean correlation of their own.
HARD_SHAPES = tuple(
    name
    for name in READ_SHAPES
    if name.startswith(
        (
            "tongue",
            "cheekPuff",
            "jawLeft",
            "jawRight",
            "mouthLeft",
            "mouthRight",
            "mouthRoll",
            "mouthPress",
            "noseSneer",
        )
    )
)


def judged(readings: Sequence[TrackerReading], batches: Sequence[TrackerBatch]) -> dict[str, float]:
    """Figures over all batches.

    Returns:
        rms: root mean square error, mean over the 44 coefficients. r: their mean correlation. r_hard: that of HARD_SHAPES.
        gaze_deg, pose_deg: mean angles. landmarks_px: mean distance in the face's crop. seen: share of regions that were
        rightly called visible or hidden.
    """
    made, true = (torch.cat([one.expression for one in every]).numpy() for every in (readings, batches))
    rms, r = rms_and_correlation(made, true)
    hard = [READ_SHAPES.index(name) for name in HARD_SHAPES]
    turn = torch.cat([rotation_of(one.turn) for one in readings])
    gaze = torch.cat([one.gaze.mean(1) for one in readings])
    points = torch.cat([one.landmarks for one in readings]).unflatten(1, (-1, 2))
    seen = torch.cat([one.seen for one in readings])[:, 1:] > 0.5
    return {
        "rms": float(rms.mean()),
        "r": _mean(r),
        "r_hard": _mean(r[hard]),
        "gaze_deg": float(np.degrees(gaze_angle(gaze, torch.cat([one.gaze for one in batches])).mean())),
        "pose_deg": float(np.degrees(turn_angle(turn, torch.cat([one.turn for one in batches])).mean())),
        "landmarks_px": float(
            (points - torch.cat([one.landmarks for one in batches])).norm(dim=2).mean() * FACE_PX / 2
        ),
        "seen_right": float((seen == (torch.cat([one.seen for one in batches])[:, 1:] > 0.5)).float().mean()),
    }


def _mean(values: NDArray[np.float64]) -> float:
    """Of those that are known; 0 if none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else 0.0


def rms_and_correlation(
    made: NDArray[np.float32], true: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Root mean square error and Pearson's r of each column of (N, K); r is NaN where a column does not vary."""
    rms = np.sqrt(np.mean((made.astype(np.float64) - true) ** 2, 0))
    spread = made.std(0) * true.std(0)
    together = np.mean((made - made.mean(0)) * (true - true.mean(0)), 0)
    return rms, np.where(spread > 1e-9, together / np.maximum(spread, 1e-9), np.nan)


def gaze_angle(made: Tensor, true: Tensor) -> NDArray[np.float32]:
    """(N,) angles in radians between gazes (N, 2) of yaw and pitch."""
    first, second = (
        torch.stack(
            [gaze[:, 0].sin() * gaze[:, 1].cos(), gaze[:, 1].sin(), gaze[:, 0].cos() * gaze[:, 1].cos()], 1
        )
        for gaze in (made.double(), true.double())
    )
    return np.asarray((first * second).sum(1).clamp(-1, 1).acos().float().numpy())


def turn_angle(made: Tensor, true: Tensor) -> NDArray[np.float32]:
    """(N,) angles in radians between rotations (N, 3, 3)."""
    trace = (made.double() * true.double()).sum((1, 2))
    return np.asarray(((trace - 1) / 2).clamp(-1, 1).acos().float().numpy())


def write_samples(readings: Sequence[TrackerReading], batches: Sequence[TrackerBatch], path: Path) -> None:
    """A JPEG of the first faces with the landmarks that were read, and beside each the strongest coefficients."""
    tiles: list[NDArray[np.uint8]] = []
    for reading, batch in zip(readings, batches, strict=True):
        for number in range(len(batch.face)):
            if len(tiles) < _SHOWN:
                tiles.append(_tile(reading, batch, number))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 4)
    rows = [np.concatenate(tiles[k : k + 4], 1) for k in range(0, len(tiles), 4)]
    sheet = cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(path), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])


def _tile(reading: TrackerReading, batch: TrackerBatch, number: int) -> NDArray[np.uint8]:
    """Twice the crop's size: the face with its landmarks, the truth and what was read of the strongest six."""
    side = 2 * FACE_PX
    face = (batch.face[number].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    left = cv2.resize(face, (side, side))
    for x, y in reading.landmarks[number].reshape(-1, 2).tolist()[::2]:
        cv2.circle(left, (round((x + 1) * FACE_PX), round((y + 1) * FACE_PX)), 1, (0, 255, 0), -1)
    right = np.zeros((side, 180, 3), np.uint8)
    true, made = batch.expression[number], reading.expression[number]
    for line, k in enumerate(torch.maximum(true, made).argsort(descending=True)[:11].tolist()):
        text = f"{READ_SHAPES[k][:15]} {true[k]:.2f} {made[k]:.2f}"
        cv2.putText(right, text, (3, 15 + 20 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255))
    gaze, seen = reading.gaze[number].mean(0), reading.seen[number]
    text = f"gaze {batch.gaze[number, 0]:+.2f} {gaze[0]:+.2f}, seen " + " ".join(
        f"{v:.1f}" for v in seen.tolist()
    )
    cv2.putText(right, text, (3, 250), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (255, 255, 0))
    return np.concatenate([left, right], 1)
