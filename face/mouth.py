"""Vertex colours inside the mouth: an avatar's own, darker with depth, so that teeth and tongue stand out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.deform import with_lids
from face.easing import smoothstep
from face.head_model import HeadModel
from face.normals import vertex_normals
from face.rig import HeadRig
from face.rig_schema import MOUTH_COLOURS
from protocol.channels import LAYER_SLICE

MOUTH_PARTS: Final = ("mouth_socket", "gums", "tongue", "teeth_upper", "teeth_lower")

#: Part -> its row in `HeadRig.mouth_colours`.
_ROW: Final = {name: MOUTH_COLOURS.index(name.split("_")[0]) for name in MOUTH_PARTS if name != "mouth_socket"} | {
    "mouth_socket": MOUTH_COLOURS.index("socket")
}  # fmt: skip
#: Share of the socket's colour that falls onto teeth and gums where the light from outside does not.
_FLESH_LIGHT: Final = 0.5
_LIGHT: Final = np.array([0.0, 0.35, 0.94], np.float32)
#: Heights above the edge that bites, model units, up to which a row is tooth, and from which it is gum.
CROWN: Final = {"teeth_upper": (1.05, 1.3), "teeth_lower": (0.8, 1.05)}
#: How far around a vertex, seen from above, the edge of its tooth is looked for, model units: roots lean back.
_TOOTH: Final = 1.15


def mouth_tints(rig: HeadRig) -> NDArray[np.float32]:
    """Vertex colours (V, 3) float32, RGB 0..1, of MOUTH_PARTS, lit from the front and shaded by depth; 0 elsewhere."""
    vertices, model = rig.neutral, rig.model
    tints = np.zeros_like(vertices)
    lips = float(vertices[np.concatenate([model.lips.upper, model.lips.lower]), 2].max())
    shadow, gums, teeth, socket = (
        rig.mouth_colours[MOUTH_COLOURS.index(name)] for name in ("shadow", "gums", "teeth", "socket")
    )
    crown = crown_share(model, vertices)[:, None]
    for part in MOUTH_PARTS:
        triangles = model.triangles[part]
        used = np.unique(triangles)
        normals = vertex_normals(vertices, triangles)[used]
        is_row = part == "gums" or part.startswith("teeth")
        even = 0.85 if is_row else 0.55  # lit gaps between teeth would look like missing ones
        facing = even + (1 - even) * np.clip(normals @ _LIGHT, 0, 1)
        deep = np.clip((lips - vertices[used, 2]) / 6.5, 0, 1)
        # The mean head's front teeth lie about 0.8 units behind the lips: those stay bright.
        shade = np.clip(1.08 - (1.7 if is_row else 1.0) * deep, 0.1, 1.0) * facing
        colour = rig.mouth_colours[_ROW[part]] if not is_row else gums + (teeth - gums) * crown[used]
        tints[used] = shadow + (colour - shadow) * shade[:, None]
        if is_row:  # what is deep is lit by the flesh around it, and not grey
            tints[used] += _FLESH_LIGHT * (1.0 - shade[:, None]) * socket
    return tints.astype(np.float32)


def has_own_teeth(rig: HeadRig) -> bool:
    """Whether the mouth's picture shows teeth of another frame than the portrait, which stay on them."""
    return bool((rig.teeth_places >= 0).any())


def mouth_places(rig: HeadRig) -> NDArray[np.float32]:
    """Where every vertex lies in the picture of the avatar's own mouth: (V, 2) float32, 0..1 inside it, v down.

    That is the portrait's mouth, or teeth of another frame, on which nothing but teeth has a place.
    """
    if has_own_teeth(rig):
        return rig.teeth_places.copy()
    expression, gaze = (rig.portrait[LAYER_SLICE[layer]] for layer in ("expression", "gaze"))
    shown = rig.model.expressed(rig.neutral, with_lids(expression, gaze, out=np.zeros(52, np.float32)))
    camera = rig.camera
    places = camera.project(np.asarray(shown @ camera.rotation.T + camera.translation, np.float32))
    return np.asarray((places - rig.mouth_view[:2]) / max(float(rig.mouth_view[2]), 1e-3), np.float32)


def crown_share(model: HeadModel, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each vertex of teeth and gums has a tooth's colour (V,): 1 up to the line of the gums, 0 beyond; 0 elsewhere.

    Teeth taper to their roots and the gums lie between them: a line at one height over both makes each row of teeth one
    smooth arc, where their shapes alone would look like fangs.

    Args:
        vertices: (V, 3) float32, the neutral head.
    """
    gums = np.unique(model.triangles["gums"])
    found = np.zeros(len(vertices), np.float32)
    rows = {part: np.unique(model.triangles[part]) for part in ("teeth_upper", "teeth_lower")}
    gaps, heights = [], []
    for part, used in rows.items():
        way = 1.0 if part == "teeth_upper" else -1.0
        places = vertices[used]
        apart = np.linalg.norm(places[:, None, (0, 2)] - places[None, :, (0, 2)], axis=2)
        edge = np.where(apart < _TOOTH, way * places[None, :, 1], np.inf).min(1)
        begins, ends = CROWN[part]
        found[used] = smoothstep(ends, begins, way * places[:, 1] - edge)
        away = np.linalg.norm(vertices[gums][:, None] - places[None], axis=2)
        nearest = away.argmin(1)
        gaps.append(away.min(1))
        heights.append(smoothstep(ends, begins, way * vertices[gums, 1] - edge[nearest]))
    found[gums] = np.where(gaps[0] < gaps[1], *heights)
    return found
