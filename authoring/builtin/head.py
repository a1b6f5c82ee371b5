"""A drawn avatar's head: a stylised head of the model, and its place before the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.design import OMOTE, Design, HeadDesign, Warp
from authoring.fit.head_fit import FOCAL
from face.easing import ease_in_out
from face.eyeballs import EYE_CLEARANCE
from face.head_model import HeadModel, load_head_model
from face.landmarks import FIRST_IRIS, load_landmarks
from protocol.blendshapes import INDEX

Floats = NDArray[np.float32]

_DEPTH: Final = (
    92.0  # distance from the camera, model units: gives the face the same share of the canvas as in portraits
)
_RAISED: Final = 0.2  # height above the canvas's centre, model units


@dataclass(frozen=True, slots=True, eq=False)
class BuiltinHead:
    """The head's geometry.

    Attributes:
        design: what it was built from.
        model: its triangles and parts.
        vertices: (V, 3) float32, head space, with the friendly neutral face.
        translation: (3,) float32, head space to rest space; the head is not turned.
        eye_centres: (2, 3) float32, head space, subject's left then right.
        eye_radius: model units.
    """

    design: Design
    model: HeadModel
    vertices: Floats
    translation: Floats
    eye_centres: Floats
    eye_radius: float

    def to_picture(self, positions: Floats) -> Floats:
        """Head space (N, 3) to picture heights (N, 2) from the canvas's centre: x right, y down."""
        rest = positions + self.translation
        return np.asarray(np.stack([rest[:, 0], -rest[:, 1]], 1) * (FOCAL / -rest[:, 2:3]), np.float32)

    def landmarks(self) -> Floats:
        """The exact places (478, 2) of the landmarker's points, picture heights from the canvas's centre."""
        points = load_landmarks().of(self.vertices)
        rim = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]], np.float32) * self.design.head.iris_sine
        for side, first in ((1, FIRST_IRIS), (0, FIRST_IRIS + 5)):
            forward = np.sqrt(1 - (rim**2).sum(1, keepdims=True))
            forward[0] = 1
            points[first : first + 5] = self.eye_centres[side] + self.eye_radius * np.hstack([rim, forward])
        return self.to_picture(points)


def build_head(design: Design = OMOTE) -> BuiltinHead:
    """Build the head of a design."""
    shape = design.head
    model = load_head_model()
    identity = np.zeros(max(mode for mode, _ in shape.identity) + 1, np.float32)
    for mode, weight in shape.identity:
        identity[mode] = weight
    vertices = model.shape(identity).astype(np.float64)
    for warp in shape.warps:
        vertices = _warped(vertices, warp)
    vertices, centres, radius = _with_large_eyes(model, vertices, shape)
    vertices = _with_slim_neck(vertices, shape.neck_scale)
    rest = np.zeros(52, np.float32)
    for name, weight in shape.rest:
        rest[INDEX[name]] = weight
    vertices = vertices + np.tensordot(rest, model.expression, 1)
    return BuiltinHead(
        design=design,
        model=model,
        vertices=vertices.astype(np.float32),
        translation=np.array([0, _RAISED, -_DEPTH], np.float32),
        eye_centres=centres.astype(np.float32),
        eye_radius=radius,
    )


def _warped(points: NDArray[np.float64], warp: Warp) -> NDArray[np.float64]:
    """Scale and shift points (V, 3) about a centre, with Gaussian weights."""
    away = points - np.array(warp.centre)
    share = np.exp(-0.5 * ((away / np.array(warp.reach)) ** 2).sum(1, keepdims=True))
    moved = away * (np.array(warp.scale) - 1) + np.array(warp.shift)
    return np.asarray(points + moved * share, np.float64)


def _with_slim_neck(vertices: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Narrow the neck below and behind the jaw."""
    low = np.clip((-4.0 - vertices[:, 1]) / 5.0, 0, 1)
    behind = ease_in_out(np.clip((7.5 - vertices[:, 2]) / 6.0, 0, 1))
    slim = vertices.copy()
    share = ease_in_out(low) * behind
    slim[:, 0] *= 1 + (scale - 1) * share
    return slim


def _with_large_eyes(
    model: HeadModel, vertices: NDArray[np.float64], shape: HeadDesign
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Enlarge the eyeballs, and their surroundings with Gaussian weights.

    Returns:
        Vertices (V, 3), eye centres (2, 3) and the eyeballs' radius, model units.
    """
    scale = np.array(shape.eye_scale)
    grown = vertices.copy()
    centres, radii = [], []
    balls = [model.eyeball(side) for side in (0, 1)]
    for ball in balls:
        centre = vertices[ball].mean(0)
        away = vertices - centre
        distance = np.hypot(away[:, 0] / shape.eye_reach[0], away[:, 1] / shape.eye_reach[1])
        share = np.exp(-(distance**2) * 0.5)[:, None] * (away[:, 2:3] > -4)
        # Keep the bridge of the nose fixed: the two eyes' movements would fold it.
        aside = np.clip((vertices[:, :1] * np.sign(centre[0]) - 0.3) / 1.7, 0, 1)
        share = share * ease_in_out(aside)
        grown += away * (scale - 1) * share
    for side, ball in enumerate(balls):
        centre = vertices[ball].mean(0)
        away = vertices[ball] - centre
        radius = float(np.linalg.norm(away, axis=1).mean()) * shape.ball_scale
        # Move a larger ball back, so that its front stays behind the lids.
        lids = np.concatenate([model.lids[side].upper, model.lids[side].lower])
        front = grown[lids, 2].max() + EYE_CLEARANCE
        placed = np.array([centre[0] * 1.0, centre[1], front - radius])
        grown[ball] = placed + away / np.linalg.norm(away, axis=1, keepdims=True) * radius
        centres.append(placed)
        radii.append(radius)
    return grown, np.stack(centres), float(np.mean(radii))
