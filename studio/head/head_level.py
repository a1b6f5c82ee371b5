"""HeadLevel: the head's mesh at one level of detail, with only the vertices that it draws or measures.

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
from studio.head.level_of_detail import simplify_mesh
from studio.head.mesh import StudioMesh
from studio.head.source import PART

#: Material -> names of the parts that have it.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "skin": ("face", "head_and_neck", "eye_socket_left", "eye_socket_right"),
    "mouth": ("mouth_socket", "gums_and_tongue", "teeth"),
    "eye": ("eyeball_left", "eyeball_right"),
    "lash": ("eyelashes",),
    "eye_shade": ("eye_occlusion", "lacrimal_fluid"),
}
#: Skin below this height of the mean head is under clothes and casts no shadow.
_UNDER_CLOTHES: Final = -10.0
#: Tolerance of the simplified surface that casts shadows, head-model units.
_SHADOW_TOLERANCE: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class HeadLevel:
    """The head at one level of detail.

    Attributes:
        mesh: N vertices; its `triangles` are empty.
        groups: material -> (T, 3) int32 triangles. shadow_casters: (T, 3) int32, triangles that cast shadows.
        sky: (N,) float32, visible share of the sky, 0..1; -1 on the tongue.
        mediapipe: MediaPipe's landmarks on the mesh.
        eye_middles: (2, 3) float32, centres of the left and the right eyeball of the mean head.
    """

    mesh: StudioMesh
    groups: Mapping[str, Ints]
    shadow_casters: Ints
    sky: Floats
    mediapipe: HeadLandmarks
    eye_middles: Floats


def build_head_level(mesh: StudioMesh, mediapipe: HeadLandmarks, sky: Floats, detail: Detail) -> HeadLevel:
    """Simplify every material's triangles within the tolerance of a detail; takes about a second.

    Args:
        mediapipe: MediaPipe's landmarks on `mesh`. sky: (N,) float32, as `sky_visibility`, for the vertices of `mesh`.
    """
    groups = {
        group: _triangles(mesh, group, detail.mouth_tolerance if group == "mouth" else detail.tolerance)
        for group in GROUPS
    }
    skin = simplify_mesh(mesh, groups["skin"], _SHADOW_TOLERANCE)
    casters = skin[mesh.rest[skin, 1].mean(1) > _UNDER_CLOTHES]
    balls = [mesh.rest[mesh.part == PART[name]] for name in GROUPS["eye"]]
    indices = (*groups.values(), casters, mesh.landmarks, mediapipe.vertices)
    kept = np.unique(np.concatenate([one.ravel() for one in indices]))
    new_index = np.zeros(len(mesh.rest), np.int32)
    new_index[kept] = np.arange(len(kept))
    return HeadLevel(
        mesh=mesh.of_vertices(kept),
        groups={group: new_index[triangles] for group, triangles in groups.items()},
        shadow_casters=new_index[casters],
        sky=sky[kept],
        mediapipe=HeadLandmarks(new_index[mediapipe.vertices], mediapipe.weights, mediapipe.spread),
        eye_middles=np.stack([(ball.min(0) + ball.max(0)) / 2 for ball in balls]).astype(np.float32),
    )


def _triangles(mesh: StudioMesh, group: str, tolerance: float) -> Ints:
    """The simplified triangles of a material. Its parts share vertices, so they are simplified together."""
    triangles = np.concatenate([mesh.triangles[name] for name in GROUPS[group]])
    if group == "mouth":
        # its texture is noise, so seams of the texture need not be kept
        triangles = _first_of_each_source_vertex(mesh)[triangles]
    return simplify_mesh(mesh, triangles, tolerance) if tolerance else triangles


def _first_of_each_source_vertex(mesh: StudioMesh) -> Ints:
    """(N,) int32: for every drawn vertex, the first one with the same source vertex."""
    _, first, which = np.unique(mesh.source_vertex, return_index=True, return_inverse=True)
    return np.asarray(first[which], np.int32)
