"""How far an avatar's head may turn and move: as far as its portrait shows the face, and the frame holds the head.

limits = head_limits(raster, model, fit, vertices, atlas.seen, matte)     # written into avatar.toml
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.paint.atlas import atlas_pixels
from authoring.paint.raster import Raster
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, sample
from face.camera import angles, rotation
from face.head_model import HeadModel

#: Largest turn, degrees, away from the portrait's pose and away from the camera; beyond them hair and ears look flat.
MOST_DEG: Final = {"yaw": 38.0, "pitch": 25.0, "roll": 35.0}
MOST_FROM_CAMERA_DEG: Final = {"yaw": 38.0, "pitch": 30.0, "roll": 60.0}
#: A head may always turn so far; a head that cannot move looks dead.
LEAST_DEG: Final = 14.0
#: A turn ends where less of the visible face than this has the portrait's own colours.
LEAST_SEEN: Final = 0.8
STEP_DEG: Final = 4.0
SIZE: Final = 192  # side of the pictures in which the face is looked at, pixels
#: The head may always move so far, picture heights, and grow so far, even where it touches the frame's edge.
LEAST_ACROSS, LEAST_UP, LEAST_GROWTH = 0.08, 0.06, 1.12
SMALLEST: Final = 0.6  # scale

Floats = NDArray[np.float32]


def head_limits(
    raster: Raster, model: HeadModel, fit: HeadFit, vertices: Floats, seen: Floats, matte: Floats
) -> dict[str, tuple[float, float]]:
    """Measure the limits of `face.limits`: angles in degrees, absolute; places in picture heights; scale.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
        seen: (A, A) float32, how much of each texel is the portrait's own colour.
        matte: (E, E) float32, person 0..1.
    """
    own = np.degrees(angles(fit.rotation))
    found = {}
    for axis, name in enumerate(MOST_DEG):
        ends = []
        for way in (-1, 1):
            reach = MOST_DEG[name]
            if name != "roll":  # a roll hides nothing
                reach = _seen_reach(raster, model, fit, vertices, seen, axis, way * reach)
            reach = min(reach, MOST_FROM_CAMERA_DEG[name] - way * own[axis])
            ends.append(own[axis] + way * max(reach, LEAST_DEG))
        found[name] = (round(float(ends[0]), 1), round(float(ends[1]), 1))
    return found | _moves(model, fit, vertices, matte)


def _seen_reach(
    raster: Raster, model: HeadModel, fit: HeadFit, vertices: Floats, seen: Floats, axis: int, most_deg: float
) -> float:
    """How far, degrees > 0, the head can turn about one axis towards `most_deg` until too little of the face is known."""
    steps = np.arange(STEP_DEG, abs(most_deg) + STEP_DEG, STEP_DEG)
    for reach in steps:
        turned = _turned(fit, model, axis, np.sign(most_deg) * min(reach, abs(most_deg)))
        rest = turned.to_rest(vertices)
        drawn = raster.draw(
            (turned.to_picture(rest) + np.float32(0.5)) * SIZE, atlas_pixels(model), model.triangles["face"], SIZE,
            depth=(-1 / rest[:, 2]).astype(np.float32),
        )  # fmt: skip
        shown = sample(seen, drawn[..., :2])[drawn[..., 2] > 0]
        if len(shown) and float(shown.mean()) < LEAST_SEEN:
            return float(max(reach - STEP_DEG, 0.0))
    return abs(most_deg)


def _turned(fit: HeadFit, model: HeadModel, axis: int, degrees: float) -> HeadFit:
    """The fit with its head turned about the neck by an angle: axis 0 = yaw, 1 = pitch, 2 = roll."""
    turn = rotation(*(np.radians(degrees) * np.eye(3)[axis]))
    pivot = fit.rotation @ model.pivot + fit.translation
    return replace(
        fit,
        rotation=np.asarray(turn @ fit.rotation, np.float32),
        translation=np.asarray(pivot + turn @ (fit.translation - pivot), np.float32),
    )


def _moves(model: HeadModel, fit: HeadFit, vertices: Floats, matte: Floats) -> dict[str, tuple[float, float]]:
    """How far the head can move and grow until hair or chin leaves the frame."""
    chin_y = face_proportions(model, vertices).chin
    face = np.unique(model.triangles["face"])
    lowest = vertices[face[np.abs(vertices[face, 1] - chin_y).argmin()]]
    chin = float(fit.to_picture(fit.to_rest(lowest[None]))[0, 1])
    above = matte[: int(np.clip(EXTENDED_PX / 2 + chin * CANVAS_PX, 1, EXTENDED_PX))] > 0.5
    rows, columns = np.flatnonzero(above.any(1)), np.flatnonzero(above.any(0))
    if not len(rows):
        return {}
    top, left, right = (
        (float(value) - EXTENDED_PX / 2) / CANVAS_PX for value in (rows[0], columns[0], columns[-1] + 1)
    )
    pivot = fit.to_picture(fit.to_rest(model.pivot[None]))[0]
    room = [(pivot[1] + 0.5) / max(pivot[1] - top, 1e-3)]
    room += [
        (0.5 + side * pivot[0]) / max(side * (pivot[0] - end), 1e-3) for side, end in ((1, left), (-1, right))
    ]
    growth = float(np.clip(min(room), LEAST_GROWTH, 3.0))
    return {
        "x": (-round(max(left + 0.5, LEAST_ACROSS), 3), round(max(0.5 - right, LEAST_ACROSS), 3)),
        "y": (-round(max(0.5 - chin, LEAST_UP), 3), round(max(top + 0.5, LEAST_UP), 3)),
        "z": (round(fit.focal * (1 - 1 / SMALLEST), 3), round(fit.focal * (1 - 1 / growth), 3)),
        "scale": (SMALLEST, round(growth, 3)),
    }  # fmt: skip
