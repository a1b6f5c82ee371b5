"""Vertex colours inside the mouth: darker with depth, so that teeth and tongue stand out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.normals import vertex_normals
from face.rig import HeadRig

MOUTH_PARTS: Final = ("mouth_socket", "gums", "tongue", "teeth_upper", "teeth_lower")

_COLOUR: Final = {
    "mouth_socket": (0.42, 0.13, 0.13), "gums": (0.62, 0.29, 0.29), "tongue": (0.86, 0.45, 0.45),
    "teeth_upper": (0.93, 0.90, 0.84), "teeth_lower": (0.84, 0.81, 0.75),
}  # fmt: skip
_LIGHT: Final = np.array([0.0, 0.35, 0.94], np.float32)


def mouth_tints(rig: HeadRig) -> NDArray[np.float32]:
    """Vertex colours (V, 3) float32, RGB 0..1, of MOUTH_PARTS, lit from the front and shaded by depth; 0 elsewhere."""
    vertices, model = rig.neutral, rig.model
    tints = np.zeros_like(vertices)
    lips = float(vertices[np.concatenate([model.lips.upper, model.lips.lower]), 2].max())
    for part in MOUTH_PARTS:
        triangles = model.triangles[part]
        used = np.unique(triangles)
        normals = vertex_normals(vertices, triangles)[used]
        even = (
            0.85 if part.startswith("teeth") else 0.55
        )  # lit gaps between teeth would look like missing ones
        facing = even + (1 - even) * np.clip(normals @ _LIGHT, 0, 1)
        deep = np.clip((lips - vertices[used, 2]) / 6.5, 0, 1)
        # The mean head's front teeth lie about 0.8 units behind the lips: those stay bright.
        fall = 0.75 if part.startswith("teeth") else 0.9
        shade = np.clip(1.08 - fall * deep, 0.2, 1.0)
        tints[used] = np.array(_COLOUR[part], np.float32) * (facing * shade)[:, None] * rig.mouth_tint
    return tints.astype(np.float32)
