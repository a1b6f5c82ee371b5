"""Keypoints of a studio's person, as LivePortrait writes them: x = s (k R + e) + t, of 21 landmarks that are known.

    person = fit_keypoints(places, rotations)       # k of the person, and s, e, t of each picture

LivePortrait finds its keypoints by itself. Narrow networks have not the time: theirs are landmarks, each in the place that
has its meaning in LivePortrait's own, so that the sliders of its demo move the same part of the face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Landmarks of MediaPipe, by the keypoint that they stand for: nose; brows (1, 2); corners (3, 7); bridge; forehead; lower
#: lip; irises (8, 9); edges of the face (10, 12); upper lids (11 left, 15 right), lower lids (13, 16); lips' inner edges
#: (14, 17); between the brows; chin; upper lip.
LANDMARKS: Final = (
    4, 105, 334, 61, 6, 10, 17, 291, 468, 473, 454, 386, 234, 374, 13, 159, 145, 14, 9, 152, 0,
)  # fmt: skip
#: Standard deviation of k: the face is about 3.2 times as large in the crop, so that expressions lie in the range of
#: LivePortrait's (-0.053..0.082).
SIZE: Final = 0.09
_ROUNDS: Final = 12
#: Weight of the prior that a keypoint's depth is 0, against one picture's coordinate.
_FLAT: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class FittedKeypoints:
    """N pictures of a person; places -1..1 across the crop, x right, y down, z away from the camera.

    Attributes:
        canonical: (K, 3). expression: (N, K, 3), without depth. scale: (N,). translation: (N, 2).
        rotations: (N, 3, 3), for rows: k R.
    """

    canonical: Floats
    expression: Floats
    scale: Floats
    translation: Floats
    rotations: Floats

    def keypoints(self) -> Floats:
        """(N, K, 3) in the pictures."""
        made = self.scale[:, None, None] * (self.canonical @ self.rotations + self.expression)
        made[..., :2] += self.translation[:, None]
        return np.asarray(made, np.float32)


def fit_keypoints(places: Floats, rotations: Floats) -> FittedKeypoints:
    """Alternate least squares of the person's shape and of each picture's size and place; the rest is expression.

    Args:
        places: (N, K, 2) of the landmarks. rotations: (N, 3, 3) of the head in the camera, for rows.
    """
    canonical = np.zeros((places.shape[1], 3), np.float64)
    canonical[:, :2] = places[0] - places[0].mean(0)
    for _ in range(_ROUNDS):
        canonical *= SIZE / canonical.std()
        scale, translation = _placed(canonical, places, rotations)
        canonical = _shape(places, rotations, scale, translation)
        canonical -= canonical.mean(0)
    canonical *= SIZE / canonical.std()
    return with_shape(canonical.astype(np.float32), places, rotations)


def with_shape(canonical: Floats, places: Floats, rotations: Floats) -> FittedKeypoints:
    """Size, place and expression of pictures of a person whose shape (K, 3) is known."""
    scale, translation = _placed(canonical, places, rotations)
    turned = (canonical @ rotations)[..., :2]
    expression = np.zeros((*places.shape[:2], 3), np.float32)
    expression[..., :2] = (places - translation[:, None]) / scale[:, None, None] - turned
    return FittedKeypoints(
        np.asarray(canonical, np.float32),
        expression,
        scale.astype(np.float32),
        translation.astype(np.float32),
        np.asarray(rotations, np.float32),
    )


def _placed(canonical: NDArray[np.floating], places: Floats, rotations: Floats) -> tuple[Floats, Floats]:
    turned = (canonical @ rotations)[..., :2]  # (N, K, 2)
    middle, wanted = turned.mean(1, keepdims=True), places.mean(1, keepdims=True)
    turned, seen = turned - middle, places - wanted
    scale = (turned * seen).sum((1, 2)) / np.square(turned).sum((1, 2))
    return scale, wanted[:, 0] - scale[:, None] * middle[:, 0]


def _shape(places: Floats, rotations: Floats, scale: Floats, translation: Floats) -> NDArray[np.float64]:
    """Least squares of (K, 3): two equations a picture."""
    seen = (places - translation[:, None]) / scale[:, None, None]  # (N, K, 2) = (k R)[:2]
    matrix = rotations[:, :, :2].transpose(0, 2, 1).reshape(-1, 3).astype(np.float64)  # (2 N, 3)
    right = seen.transpose(0, 2, 1).reshape(len(matrix), -1)  # (2 N, K)
    normal = matrix.T @ matrix + np.diag([0.0, 0.0, _FLAT])
    return np.asarray(np.linalg.solve(normal, matrix.T @ right).T)
