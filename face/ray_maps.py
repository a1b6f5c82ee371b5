"""Ray maps: the frame's camera and the head's pose as pictures, for the generative engine.

    rays = plucker_rays(head, size=16)           # (6, 16, 16): where each patch looks, in the head's own space
    moved = rts_map(rts_matrix(head), size=16)   # (3, 16, 16): how far the pose moves each point of the picture's plane

Everything is in portrait heights at the depth of the head's pivot, x right, y up; the pivot is taken to lie in the middle
of the portrait. Sources: FactorPortrait (arXiv 2512.11645), camera condition; DeX-Portrait (arXiv 2512.15524), ray map,
with 1 in the homogeneous place: with 0, as it is printed, the translation would have no effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import rotation
from face.conditions import CODE, HEAD, POSE

Floats = NDArray[np.float32]

#: Focal length, portrait heights, where the portrait's own is unknown: in the middle of the studio's cameras.
FOCAL: Final = 2.4
#: Channels of `pose_maps`: the frame's rays, the portrait's RTS map, the frame's RTS map.
MAPS: Final = 6 + 3 + 3


@dataclass(frozen=True, slots=True, eq=False)
class HeadPlace:
    """Where a frame's camera sees the head.

    Attributes:
        rotation: (3, 3) of the head against the camera.
        shift: (3,) of the pivot from its place in the portrait, portrait heights.
        scale: of the head; 1 = as in the portrait.
        focal: portrait heights; it is also the pivot's distance.
    """

    rotation: Floats
    shift: Floats
    scale: float = 1.0
    focal: float = FOCAL


def head_place(code: Floats, focal: float = FOCAL) -> HeadPlace:
    """The place that a frame's code (CODE,) of `face.conditions.frame_code` tells."""
    assert code.shape == (CODE,)
    x, y, log_scale = (float(v) for v in code[POSE][3:])
    yaw, pitch, roll = (float(v) for v in code[HEAD])
    shift = np.array([x, y, 0.0], np.float32)
    return HeadPlace(rotation(yaw, pitch, roll), shift, float(np.exp(log_scale)), focal)


def plucker_rays(place: HeadPlace, size: int) -> Floats:
    """Plücker coordinates (6, size, size) of the rays through the middles of a frame's cells, in the head's space.

    Returns:
        The unit direction d, and the moment o x d about the head's pivot, o the camera: the same for every point o of the
        ray. Head units are portrait heights over the scale.
    """
    u, v = _grid(size)
    seen = np.stack([u / 2, v / 2, np.full_like(u, -place.focal)], -1)  # the camera looks along -Z
    seen /= np.linalg.norm(seen, axis=-1, keepdims=True)
    pivot = place.shift + np.array([0.0, 0.0, -place.focal], np.float32)
    camera = -(place.rotation.T @ pivot) / place.scale
    direction = seen @ place.rotation  # rows: R^T d
    moment = np.cross(np.broadcast_to(camera, direction.shape), direction)
    return np.asarray(np.concatenate([direction, moment], -1).transpose(2, 0, 1), np.float32)


def rts_matrix(place: HeadPlace) -> Floats:
    """DeX-Portrait's P = [sR | t], (3, 4), in halves of a portrait height, so that the picture is -1..1."""
    return np.concatenate([place.scale * place.rotation, 2.0 * place.shift[:, None]], 1).astype(np.float32)


def rts_map(matrix: Floats, size: int) -> Floats:
    """P [u, v, 0, 1] - [u, v, 0], (3, size, size): how P (3, 4) moves the points of the picture's plane, -1..1, v up."""
    u, v = _grid(size)
    points = np.stack([u, v, np.zeros_like(u)], -1)
    moved = points @ matrix[:, :3].T + matrix[:, 3]
    return np.asarray((moved - points).transpose(2, 0, 1), np.float32)


def pose_maps(code: Floats, portrait_code: Floats, size: int) -> Floats:
    """All maps (MAPS, size, size) of a frame.

    Args:
        code, portrait_code: (CODE,) of the frame and of the portrait's own motion.
    """
    frame, portrait = head_place(code), head_place(portrait_code)
    return np.concatenate(
        [
            plucker_rays(frame, size),
            rts_map(rts_matrix(portrait), size),
            rts_map(rts_matrix(frame), size),
        ]
    )


def _grid(size: int) -> tuple[Floats, Floats]:
    """u right and v up, -1..1, of the middles of size x size cells, top row first."""
    axis = ((np.arange(size) + 0.5) * 2 / size - 1.0).astype(np.float32)
    u, down = np.meshgrid(axis, axis)
    return u, -down
