"""Adapts the fitted head to one person: the residual of the linear model, the teeth, and the eyeballs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from authoring.fit.head_fit import HeadFit
from face.deform import with_lids
from face.easing import smoothstep
from face.head_model import HeadModel
from face.landmarks import FIRST_IRIS, HeadLandmarks
from face.mouth import MOUTH_PARTS

#: (standard deviation of the kernel, largest movement), model units: first the broad residual, then lids and lips.
PASSES: Final = ((3.0, 1.2), (1.1, 1.2))
DRAWN_PASSES: Final = ((6.0, 3.0), (3.0, 3.0), (1.1, 3.0))
BROAD: Final = 2.0  # kernels wider than this are of a broad pass
TEETH_BACK: Final = 0.4  # drawn lips lie nearer to the teeth, so the teeth are moved back, model units
DRAWN_BALL: Final = 1.12  # radius of a drawn eyeball in radii of its opening
#: How far the upper teeth are lowered, model units, so that a smile and an open mouth show them.
TEETH_DOWN: Final = 0.3
TOUCHING: Final = 1.25  # width of a tooth in distances of its neighbours: they overlap a little
LEAST_GROWTH, MOST_GROWTH = 1.1, 3.0  # of the width of a tooth at any height
#: How far an eyeball is stretched to the lids at most, model units, and around each place of theirs, radians.
MOST_STRETCH, STRETCHED_RAD = 0.8, 0.35
CORNERS: Final = (
    0.85,
    0.72,
)  # cosine to straight ahead from which a lid's edge begins to be a corner's, and is one
LEVEL_REACH: Final = 0.2  # how far apart, in heights of a tooth, vertices count as one level
IRIS_RIM: Final = ((474, 475, 476, 477), (469, 470, 471, 472))  # subject's left, right
IRIS_CENTRE: Final = (473, 468)


@dataclass(frozen=True, slots=True, eq=False)
class PersonalHead:
    """The neutral head of one person.

    Attributes:
        neutral: (V, 3) float32, head space, without the portrait's expression.
        gaze: (2,) float32, the portrait's yaw and pitch, radians.
        eye_centres: (2, 3) float32, head space, subject's left then right.
        iris_sine: (2,) float32, sine of the half angle of each iris, seen from its eyeball's centre.
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
    bent: NDArray[np.float32] | None = None,
) -> PersonalHead:
    """Deform the fitted head smoothly until its landmarks lie on the picture's, and place its eyeballs.

    Args:
        model: the head.
        places: the landmarks' places on it.
        fit: the fitted head.
        landmarks: (478, 2) float32, picture heights from the centre, as for `fit_head`.
        at_rest: assume that the eyes look straight ahead.
        bent: (V, 3) float32, the head with the offsets that other pictures told; None: begin with the linear model's.
    """
    linear = model.shape(fit.identity)
    head = _with_offsets(model, places, fit, landmarks, linear if bent is None else bent)
    _close_teeth(model, head)
    head[np.unique(model.part("teeth_upper")), 1] -= TEETH_DOWN
    person = _with_eyes(model, fit, landmarks, linear, head, at_rest=at_rest)
    # The picture's lids include their movement with the gaze: remove it from the neutral head.
    lids = with_lids(np.zeros(52, np.float32), person.gaze, out=np.zeros(52, np.float32))
    return replace(person, neutral=person.neutral - np.tensordot(lids, model.expression, 1))


def _with_offsets(
    model: HeadModel,
    places: HeadLandmarks,
    fit: HeadFit,
    landmarks: NDArray[np.float32],
    linear: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Add the landmarks' remaining error as a smooth field over the skin (Gaussian radial basis functions): (V, 3)."""
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
        kernel = gaussian(anchors, anchors, reach)
        # Ridge regularisation against the landmarker's noise.
        kernel[np.diag_indices(len(kernel))] += 1.0 if reach > BROAD else 0.4
        pulls = np.linalg.solve(kernel, moves)
        # Teeth and tongue are rigid, but must follow when a drawn mouth lies elsewhere.
        moved = np.concatenate([skin, teeth]) if fit.is_drawn and reach > BROAD else skin
        near = gaussian(model.vertices[moved].astype(np.float64), anchors, reach)
        head[moved] += (near @ pulls).astype(np.float32)
    if fit.is_drawn:
        head[teeth, 2] -= TEETH_BACK
    return head


def _close_teeth(model: HeadModel, head: NDArray[np.float32]) -> None:
    """Make each row of teeth one smooth arc: every tooth as wide at its root and edge as in its middle, touching its
    neighbours, and ending at its row's height. Roots that taper look like fangs, and gaps like missing teeth."""
    for part in ("teeth_upper", "teeth_lower"):
        teeth = _teeth_of(model, part, len(head))
        middles = np.array([head[tooth].mean(0) for tooth in teeth])
        order = np.argsort(np.arctan2(middles[:, 0], middles[:, 2] - middles[:, 2].min() + 1.0))
        middles, teeth = middles[order], [teeth[k] for k in order]
        # the direction of the arch at each tooth, in the horizontal plane
        along = np.gradient(middles[:, (0, 2)], axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        half = np.full(len(teeth), 0.5) * np.linalg.norm(np.gradient(middles[:, (0, 2)], axis=0), axis=1)
        lows, highs = (np.array([fit(head[tooth, 1]) for tooth in teeth]) for fit in (np.min, np.max))
        arcs = [np.polyval(np.polyfit(middles[:, 0], ends, 2), middles[:, 0]) for ends in (lows, highs)]
        for k, tooth in enumerate(teeth):
            away = head[tooth][:, (0, 2)] - middles[k, (0, 2)]
            across = away @ along[k]
            level = np.clip((head[tooth, 1] - lows[k]) / (highs[k] - lows[k]), 0, 1)
            # 1. as wide everywhere as from neighbour to neighbour
            width = _widths(level, across)
            grown = across * np.clip(half[k] * TOUCHING / width, LEAST_GROWTH, MOST_GROWTH)
            more = ((grown - across)[:, None] * along[k]).astype(np.float32)
            head[tooth, 0] += more[:, 0]
            head[tooth, 2] += more[:, 1]
            # 2. from arc to arc
            head[tooth, 1] = (arcs[0][k] + level * (arcs[1][k] - arcs[0][k])).astype(np.float32)


def _teeth_of(model: HeadModel, part: str, count: int) -> list[NDArray[np.int64]]:
    """The vertices of every tooth of a row."""
    triangles = model.triangles[part]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(count, count))
    tooth = connected_components(graph, directed=False)[1]
    return [np.flatnonzero(tooth == label) for label in np.unique(tooth[triangles])]


def _widths(level: NDArray[np.float32], across: NDArray[np.float32]) -> NDArray[np.float32]:
    """Half the width (N,) of a tooth at the level of each of its vertices (N,), 0 = its lower end, 1 = its upper one."""
    near = np.abs(level[:, None] - level[None]) < LEVEL_REACH
    return np.asarray(np.maximum(np.where(near, np.abs(across)[None], 0).max(1), 1e-3), np.float32)


def gaussian(a: NDArray[np.float64], b: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    """Gaussian kernel (N, M) of points (N, 3) and (M, 3); `reach` is its standard deviation, in their unit."""
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
    """Scale the eyeballs to the lids, place them behind the irises, and measure the gaze."""
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
        if fit.is_drawn:  # drawn eyes may be taller than wide: the ball must fill the opening
            away = head[edge, :2] - head[edge, :2].mean(0)
            factor = max(factor, DRAWN_BALL * float(np.linalg.norm(away, axis=1).max()) / radius)
        moved = (head[edge] - linear[edge]).mean(0)
        # Move a larger ball back, so that its front stays at the lids.
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
    # Both eyes share one gaze. Only 0.7 of the measured turn is gaze; the rest shifts the eyeballs.
    share = 0.0 if at_rest else 0.7
    gaze = np.clip(np.mean(turns, axis=0) * share, -0.35, 0.35).astype(np.float32)
    looking = direction(gaze)
    placed = []
    for side, (centre, radius, iris, unit) in enumerate(centres):
        front = fit.to_picture(fit.to_rest((centre + radius * looking)[None]))[0]
        gap = np.clip((iris - front) * unit, -0.35 * radius, 0.35 * radius)
        shift = (np.array([gap[0], -gap[1], 0], np.float32) @ fit.rotation).astype(np.float32)
        head[model.eyeball(side)] += shift
        lids = model.lids[side]
        if not fit.is_drawn:  # a drawn one fills its opening
            _meet_lids(head, model.eyeball(side), centre + shift, np.concatenate([lids.upper, lids.lower]))
        placed.append(centre + shift)
    return PersonalHead(
        head, gaze, np.stack(placed).astype(np.float32), np.array(sines, np.float32).clip(0.25, 0.75)
    )


def _meet_lids(
    head: NDArray[np.float32],
    ball: NDArray[np.int32],
    centre: NDArray[np.float32],
    edge: NDArray[np.int32],
) -> None:
    """Stretch an eyeball, in place, towards edges of lids that lie farther out than it: a turned head would show a hole
    between them. Only towards the corners of an eye: a stretched iris would look bent.

    Args:
        head: (V, 3) head space. ball, edge: its vertices of the eyeball and of the lids' edges. centre: (3,) of the ball.
    """
    out, rim = head[ball] - centre, head[edge] - centre
    radius, reach = (np.linalg.norm(one, axis=1, keepdims=True) for one in (out, rim))
    alike = np.clip((rim / reach) @ (out / radius).T, -1, 1)  # (edge, ball)
    lacking = (reach[:, 0] - radius[alike.argmax(1), 0]).clip(0, MOST_STRETCH)
    lacking *= smoothstep(*CORNERS, rim[:, 2] / reach[:, 0])
    stretch = (lacking[:, None] * np.exp(-((np.arccos(alike) / STRETCHED_RAD) ** 2))).max(0)
    head[ball] += (out / radius * stretch[:, None]).astype(np.float32)


def direction(gaze: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vector (3,) float32 in head space of a gaze (2,): yaw and pitch, radians."""
    yaw, pitch = (float(v) for v in gaze)
    return np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], np.float32)
