"""The tracker's loss: what the network reads against the labels.

loss = tracker_loss(reading, batch, spread)
loss.total.backward()
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from networks.tracker import TrackerReading, rotation_of
from training.tracker.batches import TrackerBatch
from vision.tracker_outputs import READ_SHAPES

#: A coefficient that hardly varies counts as if it varied by this much.
_LEAST_SPREAD: Final = 0.12
#: Weights of the parts: gaze in units of this many radians; landmarks in shares of the crop.
_GAZE_RAD: Final = 0.15
_EXPRESSION, _TURN, _SIZE, _LANDMARKS, _POINTS, _SEEN = 8.0, 6.0, 10.0, 12.0, 12.0, 0.3
#: How much a coefficient counts whose place is hidden: no picture shows it, so only the mean should be learned.
_HIDDEN: Final = 0.15
#: Twice as much for lids, which are small and matter most.
_DOUBLED: Final = ("eyeBlinkLeft", "eyeBlinkRight", "jawOpen")
_LEFT_EYE: Final = ("eyeBlinkLeft", "eyeSquintLeft", "eyeWideLeft")
_RIGHT_EYE: Final = ("eyeBlinkRight", "eyeSquintRight", "eyeWideRight")
#: A shut eye shows no gaze.
_BLINKS: Final = (READ_SHAPES.index("eyeBlinkLeft"), READ_SHAPES.index("eyeBlinkRight"))


@dataclass(frozen=True, slots=True)
class TrackerLoss:
    """The loss to descend, and its parts for the log."""

    total: Tensor
    parts: dict[str, float]


def weights_of(spread: NDArray[np.float32]) -> Tensor:
    """(44,) the weight of each coefficient's squared error, from its standard deviation in the data; mean 1."""
    weights = 1.0 / np.maximum(spread, _LEAST_SPREAD) ** 2
    for name in _DOUBLED:
        weights[READ_SHAPES.index(name)] *= 2.0
    return torch.from_numpy((weights / weights.mean()).astype(np.float32))


def tracker_loss(reading: TrackerReading, batch: TrackerBatch, weights: Tensor) -> TrackerLoss:
    """The loss of a batch; pictures without a face teach only `seen`.

    Args:
        weights: (44,) as `weights_of`.
    """
    is_face = batch.is_face
    count = is_face.sum().clamp(min=1.0)
    off = _divergence(reading.expression, batch.expression) * weights * _visible(batch.seen)
    expression = _EXPRESSION * (off.mean(1) * is_face).sum() / count
    open_eye = (
        (1.0 - batch.expression[:, list(_BLINKS)]).clamp(min=0.05) * batch.seen[:, 1:3] * is_face[:, None]
    )
    gaze_off = functional.smooth_l1_loss(
        reading.gaze / _GAZE_RAD, (batch.gaze / _GAZE_RAD)[:, None].expand(-1, 2, -1), reduction="none"
    )
    gaze = (gaze_off.mean(2) * open_eye).sum() / open_eye.sum().clamp(min=1.0)
    turn = ((rotation_of(reading.turn) - batch.turn).square().sum((1, 2)) * is_face).sum() / count
    size = ((reading.size - batch.size).square()[:, 0] * is_face).sum() / count
    off_points = (reading.landmarks.unflatten(1, (-1, 2)) - batch.landmarks).abs().mean((1, 2))
    landmarks = (off_points * is_face).sum() / count
    eye_off = (reading.eye_points.unflatten(2, (-1, 2)) - batch.eye_points).abs().mean((2, 3))  # (B, 2)
    mouth_off = (reading.mouth_points.unflatten(1, (-1, 2)) - batch.mouth_points).abs().mean((1, 2))
    near = torch.cat([eye_off, mouth_off[:, None]], 1) * batch.seen[:, 1:].clamp(min=_HIDDEN)
    points = (near.mean(1) * is_face).sum() / count
    seen = functional.binary_cross_entropy(reading.seen.float().clamp(1e-4, 1 - 1e-4), batch.seen)
    total = (
        expression
        + gaze
        + _TURN * turn
        + _SIZE * size
        + _LANDMARKS * landmarks
        + _POINTS * points
        + _SEEN * seen
    )
    parts = {
        "expression": expression, "gaze": gaze, "turn": turn, "size": size, "landmarks": landmarks, "points": points,
        "seen": seen,
    }  # fmt: skip
    return TrackerLoss(total, {name: float(value.detach()) for name, value in parts.items()})


def _divergence(made: Tensor, true: Tensor) -> Tensor:
    """Kullback-Leibler divergence of shares 0..1. Least at the mean as a squared error is, but its gradient does not vanish
    where a sigmoid is nearly 0, as most coefficients are most of the time.
    """
    made, true = (one.float().clamp(1e-4, 1 - 1e-4) for one in (made, true))
    return true * (true / made).log() + (1 - true) * ((1 - true) / (1 - made)).log()


def _visible(seen: Tensor) -> Tensor:
    """(B, 44) the weight of each coefficient by what is hidden."""
    columns = []
    for name in READ_SHAPES:
        if name in _LEFT_EYE:
            columns.append(seen[:, 1])
        elif name in _RIGHT_EYE:
            columns.append(seen[:, 2])
        elif name.startswith(("mouth", "tongue")):
            columns.append(seen[:, 3])
        else:
            columns.append(torch.ones_like(seen[:, 0]))
    return torch.stack(columns, 1).clamp(min=_HIDDEN)
