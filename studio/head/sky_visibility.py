"""Ambient occlusion: the share of the sky that each vertex of the mean head sees, from shadow maps of many directions.

sky = sky_visibility(gl, mesh, GROUPS["skin"])        # (N,) 0 hidden .. 1 open
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from face.normals import vertex_normals
from studio.arrays import Floats
from studio.head.mesh import StudioMesh

#: Side of a depth map in texels, and number of directions.
_SIDE: Final = 160
_DIRECTIONS: Final = 56
#: Half the side of the cube that a depth map covers, and the cube's centre: head-model units.
_REACH, _MIDDLE = 20.0, (0.0, -2.0, 1.0)
#: Depth bias: smallest distance between an occluder and the vertex that it hides, head-model units.
_BIAS: Final = 0.22

_VERTEX: Final = """
#version 330
uniform mat4 to_clip;
in vec3 rest;
void main() { gl_Position = to_clip * vec4(rest, 1.0); }
"""
_FRAGMENT: Final = """
#version 330
out float depth;
void main() { depth = gl_FragCoord.z; }
"""


def sky_visibility(gl: Any, mesh: StudioMesh, parts: tuple[str, ...]) -> Floats:
    """Cosine-weighted share of the directions in which a vertex of the mean head is not occluded.

    Args:
        parts: names of the parts that occlude and are measured.

    Returns:
        (N,) float32, 0..1, for the mesh's vertices; 1 for vertices of other parts.
    """
    triangles = np.concatenate([mesh.triangles[name] for name in parts])
    used = np.unique(triangles)
    normals = vertex_normals(mesh.rest, triangles)[used]
    points = mesh.rest[used]
    program = gl.program(_VERTEX, _FRAGMENT)
    vertices, indices = gl.buffer(mesh.rest.tobytes()), gl.buffer(triangles.astype(np.int32).tobytes())
    array = gl.vertex_array(program, [(vertices, "3f", "rest")], indices)
    target = gl.framebuffer(
        [gl.texture((_SIDE, _SIDE), 1, dtype="f4")], gl.depth_renderbuffer((_SIDE, _SIDE))
    )
    target.use()
    gl.enable(moderngl.DEPTH_TEST)
    free, total = np.zeros(len(used)), np.zeros(len(used))
    for direction in _directions():
        matrix = orthographic(direction, _REACH, _MIDDLE)
        program["to_clip"].write(np.ascontiguousarray(matrix.T).tobytes())
        target.clear(1.0, 1.0, 1.0, 1.0, depth=1.0)
        array.render()
        depth = np.frombuffer(target.read(components=1, dtype="f4"), np.float32).reshape(_SIDE, _SIDE)
        seen = points @ matrix[:3, :3].T + matrix[:3, 3]
        column, row = (np.clip((seen[:, k] * 0.5 + 0.5) * _SIDE, 0, _SIDE - 1).astype(int) for k in (0, 1))
        weight = np.maximum(normals @ direction, 0.0)
        free += weight * (seen[:, 2] * 0.5 + 0.5 - _BIAS / (2 * _REACH) < depth[row, column])
        total += weight
    for made in (array, vertices, indices, target, program):
        made.release()
    out = np.ones(len(mesh.rest), np.float32)
    out[used] = free / np.maximum(total, 1e-6)
    return out


def orthographic(direction: Floats, reach: float, middle: tuple[float, float, float]) -> Floats:
    """World space to clip space of a parallel light.

    Args:
        direction: (3,) vector towards the light.
        reach: half the side of the cube that is mapped to clip space. middle: the cube's centre.

    Returns:
        (4, 4) float32.
    """
    z = direction / np.linalg.norm(direction)
    x = np.cross((0.0, 1.0, 0.0) if abs(z[1]) < 0.95 else (0.0, 0.0, 1.0), z)
    x /= np.linalg.norm(x)
    turn = np.stack([x, np.cross(z, x), -z])
    out = np.eye(4, dtype=np.float32)
    out[:3, :3] = turn / reach
    out[:3, 3] = -(turn @ np.array(middle)) / reach
    return out


def _directions() -> Floats:
    """(K, 3) float32 unit vectors, spread evenly over the sphere along a golden spiral."""
    k = np.arange(_DIRECTIONS) + 0.5
    y = 1 - 2 * k / _DIRECTIONS
    angle = k * np.pi * (3 - np.sqrt(5))
    across = np.sqrt(1 - y * y)
    return np.stack([across * np.cos(angle), y, across * np.sin(angle)], 1).astype(np.float32)
