"""Making the fitted head this person's: what the linear model leaves over, and eyes that sit behind the lids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from authoring.fit.head_fit import HeadFit
from face.deform import settled
from face.head_model import HeadModel
from face.landmarks import FIRST_IRIS, HeadLandmarks
from face.mouth import MOUTH_PARTS

#: How far a landmark pulls and how far it can be moved, model units: first the broad misfit, then lids and lips.
PASSES: Final = ((3.0, 1.2), (1.1, 1.2))
DRAWN_PASSES: Final = ((6.0, 3.0), (3.0, 3.0), (1.1, 3.0))
BROAD: Final = 2.0
BEHIND: Final = 0.4  # drawn lips lie nearer to the teeth, which must not come through
BESIDE: Final = 1.12  # radius of a drawn eyeball, of its opening's
#: The upper teeth come this far out from under the lip; a smile shows them, and so does an open mouth.
TEETH_DOWN: Final = 0.3
TOOTH_GROWTH: Final = np.array([0.16, 0.0, 0.12], np.float32)
IRIS_RIM: Final = ((474, 475, 476, 477), (469, 470, 471, 472))  # subject's left, right
IRIS_CENTRE: Final = (473, 468)


@dataclass(frozen=True, slots=True, eq=False)
class PersonalHead:
    """The neutral head of one person.

    Attributes:
        neutral: (V, 3) head space, without the portrait's expression.
        gaze: (2,) the portrait's yaw and pitch, radians.
        eye_centres: (2, 3) head space, subject's left then right.
        iris_sine: (2,) sine of the half angle under which each eyeball's centre sees its iris.
    """

    neutral: NDArray[np.float32]
    gaze: NDArray[np.float32]
    eye_centres: NDArray[np.float32]
    iris_sine: NDArray[np.float32]


def personalise(
    model: HeadModel,
    places: HeadLandmarks,
    fit: HeadFit,
    landmarks: NDArray[np.float32],
    *,
    at_rest: bool = False,
) -> PersonalHead:
    """Move the mesh smoothly so that its landmarks meet the picture's.

    Args:
        landmarks: (478, 2) in picture heights from the centre, as for `fit_head`.
        at_rest: it looks straight ahead, wherever its irises are.
    """
    linear = model.shape(fit.identity)
    head = _with_offsets(model, places, fit, landmarks, linear)
    _close_teeth(model, head)
    head[np.unique(model.part("teeth_upper")), 1] -= TEETH_DOWN
    person = _with_eyes(model, fit, landmarks, linear, head, at_rest=at_rest)
    # The lids as they are include what the gaze does to them.
    lids = settled(np.zeros(52, np.float32), person.gaze, out=np.zeros(52, np.float32))
    return replace(person, neutral=person.neutral - np.tensordot(lids, model.expression, 1))


def _with_offsets(
    model: HeadModel,
    places: HeadLandmarks,
    fit: HeadFit,
    landmarks: NDArray[np.float32],
    linear: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Add the landmarks' remaining error as a smooth field over the skin; eyeballs stay."""
    anchors = places.of(model.vertices)[:FIRST_IRIS].astype(np.float64)
    skin = np.unique(model.part("face", "ears_and_neck", "eye_socket", "mouth_socket"))
    teeth = np.setdiff1d(np.unique(model.part(*MOUTH_PARTS)), skin)
    head = linear.copy()
    for reach, limit in DRAWN_PASSES if fit.is_drawn else PASSES:
        rest = fit.to_rest(places.of(model.expressed(head, fit.expression)))[:FIRST_IRIS]
        gap = landmarks[:FIRST_IRIS] - fit.to_picture(rest)
        across = np.stack([gap[:, 0], -gap[:, 1], np.zeros(len(gap))], 1) * (-rest[:, 2:3] / fit.focal)
        moves = (across @ fit.rotation).astype(np.float64)  # rest to head space
        length = np.linalg.norm(moves, axis=1, keepdims=True)
        moves *= np.minimum(1, limit / np.maximum(length, 1e-9))
        kernel = _bell(anchors, anchors, reach)
        # A ridge as strong as the landmarker's own spread keeps its jitter out of the shape.
        kernel[np.diag_indices(len(kernel))] += 1.0 if reach > BROAD else 0.4
        pulls = np.linalg.solve(kernel, moves)
        # Teeth and tongue are hard enough, but have to be behind lips that are somewhere else.
        moved = np.concatenate([skin, teeth]) if fit.is_drawn and reach > BROAD else skin
        near = _bell(model.vertices[moved].astype(np.float64), anchors, reach)
        head[moved] += (near @ pulls).astype(np.float32)
    if fit.is_drawn:
        head[teeth, 2] -= BEHIND
    return head


def _close_teeth(model: HeadModel, head: NDArray[np.float32]) -> None:
    """Widen every tooth, in place, until it meets its neighbours: dark gaps read as missing teeth."""
    triangles = model.part("teeth_upper", "teeth_lower")
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = coo_matrix(
        (np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(len(head), len(head))
    )
    tooth = connected_components(graph, directed=False)[1]
    for label in np.unique(tooth[triangles]):
        mine = np.flatnonzero(tooth == label)
        middle = head[mine].mean(0)
        head[mine] += (head[mine] - middle) * TOOTH_GROWTH


def _bell(a: NDArray[np.float64], b: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    squared = np.sum((a[:, None] - b[None]) ** 2, axis=2)
    return np.asarray(np.exp(-squared / (2 * reach * reach)))


def _with_eyes(
    model: HeadModel,
    fit: HeadFit,
    landmarks: NDArray[np.float32],
    linear: NDArray[np.float32],
    head: NDArray[np.float32],
    *,
    at_rest: bool,
) -> PersonalHead:
    """Size the eyeballs to the lids, put them under the irises, and read the gaze."""
    centres, sines, turns = [], [], []
    for side in (0, 1):
        ball = model.eyeball(side)
        lids = model.lids[side]
        corners = lids.upper[[0, -1]]
        width = np.linalg.norm(np.diff(head[corners], axis=0))
        factor = float(np.clip(width / np.linalg.norm(np.diff(linear[corners], axis=0)), 0.8, 1.6))
        centre = model.eye_centre(linear, side)
        radius = float(np.linalg.norm(linear[ball] - centre, axis=1).mean())
        edge = np.concatenate([lids.upper, lids.lower])
        if fit.is_drawn:  # eyes taller than wide: nothing may be seen beside the ball
            away = head[edge, :2] - head[edge, :2].mean(0)
            factor = max(factor, BESIDE * float(np.linalg.norm(away, axis=1).max()) / radius)
        moved = (head[edge] - linear[edge]).mean(0)
        # A larger ball is set back, so that its front stays where the lids are.
        grown = centre + moved - np.array([0, 0, (factor - 1) * radius], np.float32)
        iris = landmarks[IRIS_CENTRE[side]]
        rim = landmarks[list(IRIS_RIM[side])]
        rest = fit.to_rest(grown[None])
        unit = float(-rest[0, 2] - radius * factor) / fit.focal
        sines.append(float(np.linalg.norm(rim - iris, axis=1).mean()) * unit / (radius * factor))
        gap = (iris - fit.to_picture(rest)[0]) * unit / (radius * factor)
        turned = fit.rotation.T @ np.array([gap[0], -gap[1], np.sqrt(max(0.0, 1 - gap @ gap))])
        turns.append((float(np.arctan2(turned[0], turned[2])), float(np.arcsin(np.clip(turned[1], -1, 1)))))
        head[ball] = (linear[ball] - centre) * factor + grown
        centres.append((grown, radius * factor, iris, unit))
    # Both eyes share one gaze, and rather little of it: the rest is where the eyeballs sit.
    share = 0.0 if at_rest else 0.7
    gaze = np.clip(np.mean(turns, axis=0) * share, -0.35, 0.35).astype(np.float32)
    looking = direction(gaze)
    placed = []
    for side, (centre, radius, iris, unit) in enumerate(centres):
        front = fit.to_picture(fit.to_rest((centre + radius * looking)[None]))[0]
        gap = np.clip((iris - front) * unit, -0.35 * radius, 0.35 * radius)
        shift = (np.array([gap[0], -gap[1], 0], np.float32) @ fit.rotation).astype(np.float32)
        head[model.eyeball(side)] += shift
        placed.append(centre + shift)
    return PersonalHead(
        head, gaze, np.stack(placed).astype(np.float32), np.array(sines, np.float32).clip(0.25, 0.75)
    )


def direction(gaze: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vector (3,) in head space of a gaze (yaw, pitch) in radians."""
    yaw, pitch = (float(v) for v in gaze)
    return np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], np.float32)
