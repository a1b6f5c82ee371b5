"""The line of lashes on upper lids, which a shut eye shows where its lids meet.

A lid curls around its rim as it falls, so that no row of the model's vertices is its border. The line is found on the shut
eye: along the lower lid's edge. A distance from it at every vertex draws it as sharp as the frame, whatever the mesh's
resolution. Lashes of a shut eye lie on the skin below as well: without them the line would end in the mesh's own hard edge.
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
_INNER_END, _OUTER_END = 1.3, 0.45
#: Width of a lower lid's rim, widths of the line.
_RIM: Final = 1.0
_FAR: Final = 1e3
#: Vertices that fall less, shares of the lid's largest fall, belong to no upper lid.
_FALLS: Final = 0.1


def lash_line(rig: HeadRig) -> Floats:
    """Colour of the lashes and distances from their line, for every vertex.

    Returns:
        (V, 5) float32: straight sRGB 0..1; distance on the upper lids, in widths of the line, 0 on it and below; the same
        on the skin around the shut eye, where the first one is far.
    """
    made = np.zeros((len(rig.neutral), 5), np.float32)
    made[:, 3:] = _FAR
    used = np.unique(rig.model.triangles["face"])
    for side, (name, lids) in enumerate(zip(("eyeBlinkLeft", "eyeBlinkRight"), rig.model.lids, strict=True)):
        path = rig.model.expression[INDEX[name]].copy()
        path[rig.lid_vertices[side]] += rig.lid_closing[side]
        fall = -path[used, 1]
        is_upper = fall > _FALLS * fall.max()
        shut = rig.neutral + path
        edge = shut[lids.lower]
        edge = edge[np.argsort(edge[:, 0], kind="stable")]
        left, right = float(edge[0, 0]), float(edge[-1, 0])
        x, y = shut[used, 0], shut[used, 1]
        wide = WIDTH * (right - left)
        above = (y - np.interp(x, edge[:, 0], edge[:, 1])) / wide
        beyond = np.maximum(np.maximum(left - x, x - right), 0.0) / wide
        along = ((x - left) / (right - left)).clip(0.0, 1.0)
        from_inner = along if side == 0 else 1.0 - along
        ends = _INNER_END * (1.0 - from_inner) ** 4 + _OUTER_END * from_inner**4
        on_lid = np.maximum(above, 0.0) + ends
        # a lower lid's rim that is seen above its edge belongs to the line
        around = np.maximum(np.maximum(-above, above - _RIM), 0.0) + beyond + ends
        own = (rig.neutral[used, 0] >= 0) == (side == 0)
        made[used[is_upper], 3] = on_lid[is_upper]
        made[used[own], 4] = np.where(is_upper, on_lid, around)[own]
        made[used[own], :3] = rig.lid_paint[lids.upper, :3].mean(0)
    return made
