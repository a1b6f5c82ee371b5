"""HeadDeformer: the head of one identity, deformed on the graphics card by expression, gaze and pose.

    deformer = HeadDeformer(gl, mesh, source)
    deformer.set_identity(identity_weights(7))
    deformer.deform(factors, expression)     # -> deformer.deformed: positions and normals on the card, world space

World space is fixed to the body: the head turns on the neck.
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from face.camera import rotation, rotation_vector
from face.eyeballs import eye_rotation
from protocol.blendshapes import INDEX
from studio.arrays import Floats
from studio.factors import Factors
from studio.head.mesh import ROW_WIDTH, NormalSums, StudioMesh
from studio.head.resting import WIDE, resting_shapes
from studio.head.source import FaceSource
from studio.shaders.deformation import BEND

#: Centre of the head's rotation, head space: the joint under the skull.
PIVOT: Final = np.array([0.0, -5.5, -1.5], np.float32)
#: Heights between which the share of the head's rotation rises from 0 to 1, head space.
NECK: Final = (-15.0, -6.0)

#: How far eyeballs are moved back with open lids, and how much further with shut lids: head-model units. The lids of
#: some identities would otherwise intersect the cornea.
_EYE_BACK, _EYE_BACK_SHUT = 0.04, 0.5
#: Pairs of landmarks (upper lid, lower lid) of the left and the right eye.
_LIDS: Final = (((43, 47), (44, 46)), ((37, 41), (38, 40)))
#: Factor of the blink shapes for an eye that is as wide as the mean head's; wider eyes need more to shut.
_CLOSING: Final = 1.14
_BLINK: Final = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]


class HeadDeformer:
    """Buffers and program of one OpenGL context; used by its thread.

    Attributes:
        deformed: buffer of (N, 6) float32: position and normal, interleaved, world space.
        identity_delta: (V, 3) float32, the identity's vertices minus the mean head's, head-model units.
    """

    def __init__(self, gl: Any, mesh: StudioMesh, source: FaceSource) -> None:
        self._gl, self._mesh, self._source = gl, mesh, source
        self._program = gl.program(vertex_shader=BEND, varyings=("position", "normal"))
        count = len(mesh.uv)
        self._base = gl.buffer(reserve=count * 24, dynamic=True)
        ranges = np.stack([mesh.row_begin, mesh.row_count, mesh.bone], 1).astype(np.int32)
        self._ranges = gl.buffer(ranges.tobytes())
        self.deformed = gl.buffer(reserve=count * 24, dynamic=True)
        self._array = gl.vertex_array(
            self._program,
            [(self._base, "3f 3f", "base", "base_normal"), (self._ranges, "3i", "range")],
        )
        padded = np.zeros((-(-len(mesh.rows) // ROW_WIDTH), ROW_WIDTH, 8), np.float32)
        padded.reshape(-1, 8)[: len(mesh.rows)] = mesh.rows
        self._rows = gl.texture((2 * ROW_WIDTH, len(padded)), 4, padded.tobytes(), dtype="f4")
        self._rows.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.identity_delta = np.zeros_like(source.vertices)
        self._eyes = np.zeros((2, 3), np.float32)
        self._lids = np.ones(2, np.float32)
        self._resting = np.zeros(len(INDEX), np.float32)
        self._eye_turn = self._head_turn = np.eye(3, dtype=np.float32)
        self._identity = np.full(len(source.identity), np.nan, np.float32)
        self._normals = NormalSums(source.triangles, len(source.vertices))
        self._modes = source.identity.reshape(len(source.identity), -1)

    def set_identity(self, weights: Floats) -> None:
        """Set the identity; does nothing if it is set already.

        Args:
            weights: (100,) float32, standard deviations of ICT-FaceKit's modes.
        """
        if np.array_equal(weights, self._identity):
            return
        source, mesh = self._source, self._mesh
        # not matmul: BLAS splits the sum among its threads, so its rounding depends on their number
        moved = np.einsum("k,kn->n", np.asarray(weights, np.float32), self._modes)
        vertices = source.vertices + moved.reshape(-1, 3)
        normals = self._normals(vertices)
        self.identity_delta = vertices - source.vertices
        packed = np.concatenate([vertices, normals], 1)[mesh.source_vertex]
        self._base.write(np.ascontiguousarray(packed, np.float32).tobytes())
        for side, ball in enumerate(vertices[eye] for eye in mesh.eyes):
            self._eyes[side] = (ball.min(0) + ball.max(0)) / 2
        # the eyes of a test head may have no opening
        mean_openings = np.maximum(self._openings(source.vertices), 1e-6)
        self._lids = np.clip(_CLOSING * self._openings(vertices) / mean_openings, 1.0, 1.5)
        self._resting = resting_shapes(vertices, source.landmarks)
        self._identity = weights.copy()

    def deform(self, factors: Factors, expression: Floats) -> None:
        """Deform the head and fill `deformed`.

        Args:
            factors: pose, gaze and style are used.
            expression: (52,) float32, ARKit coefficients 0..1, with the lids already following the gaze.
        """
        program, pose = self._program, factors.pose
        turn = eye_rotation(np.array(factors.gaze, np.float32))
        self._head_turn = rotation(pose.yaw, pose.pitch, pose.roll).astype(np.float32)
        self._eye_turn = (self._head_turn @ turn).astype(np.float32)
        # GLSL matrices are column-major
        program["eye_turn"].write(np.stack([turn.T, turn.T]).astype(np.float32).tobytes())
        drawn = np.array(expression, np.float32)
        if factors.style != "anime":
            drawn += self._resting
            drawn[WIDE] -= self._resting[WIDE] * expression[_BLINK]
        drawn[_BLINK] *= self._lids
        back = _EYE_BACK + _EYE_BACK_SHUT * expression[_BLINK] ** 2
        program["weights"].write(drawn.tobytes())
        program["eye_back"].write(back.astype(np.float32).tobytes())
        self.write_pose(program, factors)
        self._rows.use(0)
        program["rows"].value = 0
        self._array.transform(self.deformed, moderngl.POINTS)

    def _openings(self, vertices: Floats) -> Floats:
        """(2,) float32, opening of the left and the right eye at rest, head-model units."""
        places = vertices[self._source.landmarks]
        return np.array(
            [max(np.linalg.norm(places[a] - places[b]) for a, b in pairs) for pairs in _LIDS], np.float32
        )

    def write_pose(self, program: Any, factors: Factors) -> None:
        """Set the uniforms of the GLSL block `POSE` in a program: the pose, the eyes' centres, the style."""
        pose = factors.pose
        program["eye_centre"].write(self._eyes.tobytes())
        program["pivot"].value = tuple(PIVOT.tolist())
        program["turn"].value = tuple(rotation_vector(rotation(pose.yaw, pose.pitch, pose.roll)).tolist())
        program["shift"].value = (pose.x, pose.y, pose.z)
        program["scale"].value = pose.scale
        program["neck"].value = NECK
        program["drawn"].value = float(factors.style == "anime")

    @property
    def eye_turn(self) -> Floats:
        """(3, 3) float32 rotation of both eyes in world space, of the last `deform`."""
        return self._eye_turn

    @property
    def head_turn(self) -> Floats:
        """(3, 3) float32 rotation of the head in world space, of the last `deform`."""
        return self._head_turn

    def read(self) -> tuple[Floats, Floats]:
        """Read back positions (N, 3) and normals (N, 3), float32, of the drawn vertices in world space."""
        both = np.frombuffer(self.deformed.read(), np.float32).reshape(-1, 6)
        return both[:, :3], both[:, 3:]
