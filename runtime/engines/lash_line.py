"""The line of lashes on upper lids, which a shut eye shows where its lids meet.

A lid curls around its rim as it falls, so that no row of the model's vertices is its border. The line is found on the shut
eye: along the lower lid's edge. A distance from it at every vertex draws it as sharp as the frame, whatever the mesh's
resolution.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.rig import HeadRig
from protocol.blendshapes import INDEX

Floats = NDArray[np.float32]

#: Width of the line, shares of the eye's width.
WIDTH: Final = 0.05
#: What is added to the distance at the corners of the eye, widths of the line: there it ends.
_INNER_END, _OUTER_END = 1.5, 0.7
#: Vertices that fall less, shares of the lid's largest fall, belong to no upper lid.
_FALLS: Final = 0.1


def lash_line(rig: HeadRig) -> Floats:
    """Colour of the lashes and distance from their line, for every vertex.

    Returns:
        (V, 4) float32: straight sRGB 0..1; distance in widths of the line, 0 on it and below.
    """
    made = np.zeros((len(rig.neutral), 4), np.float32)
    made[:, 3] = 1e3
    used = np.unique(rig.model.triangles["face"])
    for side, (name, lids) in enumerate(zip(("eyeBlinkLeft", "eyeBlinkRight"), rig.model.lids, strict=True)):
        path = rig.model.expression[INDEX[name]].copy()
        path[rig.lid_vertices[side]] += rig.lid_closing[side]
        fall = -path[used, 1]
        upper = used[fall > _FALLS * fall.max()]
        shut = rig.neutral + path
        x, y = shut[upper, 0], shut[upper, 1]
        edge = shut[lids.lower]
        edge = edge[np.argsort(edge[:, 0], kind="stable")]
        eye_width = float(edge[-1, 0] - edge[0, 0])
        along = ((x - edge[0, 0]) / eye_width).clip(0.0, 1.0)
        from_inner = along if side == 0 else 1.0 - along
        away = np.maximum(y - np.interp(x, edge[:, 0], edge[:, 1]), 0.0) / (WIDTH * eye_width)
        made[upper, 3] = away + _INNER_END * (1.0 - from_inner) ** 4 + _OUTER_END * from_inner**4
        made[upper, :3] = rig.lid_paint[lids.upper, :3].mean(0)
    return made
