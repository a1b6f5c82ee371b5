"""HeadLevel: the head as pictures of one detail draw it, with no more vertices than they need.

level = build_head_level(mesh, place_mediapipe_landmarks(source, mesh), sky_visibility(...), detail_for(256))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from face.landmarks import HeadLandmarks
from studio.arrays import Floats, Ints
from studio.detail import Detail
from studio.head.level_of_detail import simplified
from studio.head.mesh import StudioMesh
from studio.head.source import PART

#: Material -> parts.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "skin": ("face", "head_and_neck", "eye_socket_left", "eye_socket_right"),
    "mouth": ("mouth_socket", "gums_and_tongue", "teeth"),
    "eye": ("eyeball_left", "eyeball_right"),
    "lash": ("eyelashes",),
    "eye_shade": ("eye_occlusion", "lacrimal_fluid"),
}
#: Skin below this height of the mean head casts no shadow: clothes do.
_UNDER_CLOTHES: Final = -10.0
#: How far the surface that casts shadows may lie from the true one, head-model units.
_SHADOW_TOLERANCE: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class HeadLevel:
    """Attributes:
    mesh: the vertices that are drawn or measured; its `triangles` are empty.
    groups: material -> (T, 3). casting: (T, 3), what casts shadows.
    sky: (N,) how much sky each vertex sees.
    mediapipe: where MediaPipe puts its points.
    eye_middles: (2, 3) float32, left and right, on the mean head.
    """

    mesh: StudioMesh
    groups: Mapping[str, Ints]
    casting: Ints
    sky: Floats
    mediapipe: HeadLandmarks
    eye_middles: Floats


def build_head_level(mesh: StudioMesh, mediapipe: HeadLandmarks, sky: Floats, detail: Detail) -> HeadLevel:
    """Simplify every group as far as the detail allows; takes about a second."""
    groups = {
        group: _triangles(mesh, group, detail.mouth_tolerance if group == "mouth" else detail.tolerance)
        for group in GROUPS
    }
    skin = simplified(mesh, groups["skin"], _SHADOW_TOLERANCE)
    casting = skin[mesh.rest[skin, 1].mean(1) > _UNDER_CLOTHES]
    balls = [mesh.rest[mesh.part == PART[name]] for name in GROUPS["eye"]]
    indices = (*groups.values(), casting, mesh.landmarks, mediapipe.vertices)
    kept = np.unique(np.concatenate([one.ravel() for one in indices]))
    place = np.zeros(len(mesh.rest), np.int32)
    place[kept] = np.arange(len(kept))
    return HeadLevel(
        mesh=mesh.of_vertices(kept),
        groups={group: place[triangles] for group, triangles in groups.items()},
        casting=place[casting],
        sky=sky[kept],
        mediapipe=HeadLandmarks(place[mediapipe.vertices], mediapipe.weights, mediapipe.spread),
        eye_middles=np.stack([(ball.min(0) + ball.max(0)) / 2 for ball in balls]).astype(np.float32),
    )


def _triangles(mesh: StudioMesh, group: str, tolerance: float) -> Ints:
    """The triangles of a group, fewer where they are too small to see; parts together, as they share vertices."""
    triangles = np.concatenate([mesh.triangles[name] for name in GROUPS[group]])
    if group == "mouth":
        # its paint is noise: seams of the texture need not be kept
        triangles = _first_of_each_source_vertex(mesh)[triangles]
    return simplified(mesh, triangles, tolerance) if tolerance else triangles


def _first_of_each_source_vertex(mesh: StudioMesh) -> Ints:
    """For every drawn vertex (N,) the first that draws the same source vertex."""
    _, first, which = np.unique(mesh.source_vertex, return_index=True, return_inverse=True)
    return np.asarray(first[which], np.int32)
