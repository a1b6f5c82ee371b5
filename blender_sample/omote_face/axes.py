"""Head and eye rotations between Omote's axes and a bone of Blender.

Omote: +X to the subject's left, +Y up, +Z out of the face; R = Ry(yaw) Rx(-pitch) Rz(roll). Blender: +Z up, and a character
that looks along -Y has its left at +X.
"""

from __future__ import annotations

import math
from typing import Final

from mathutils import Matrix, Quaternion, Vector

#: Turn about Blender's Z from a character that looks along -Y.
_TURNS: Final = {"-Y": 0.0, "+Y": math.pi, "+X": 0.5 * math.pi, "-X": -0.5 * math.pi}
#: Columns: Omote's axes in Blender's, for a character that looks along -Y.
_FRONT: Final = Matrix(((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)))


def basis_of(facing: str) -> Matrix:
    """3 x 3, Omote's axes as columns in the armature's space."""
    return Matrix.Rotation(_TURNS[facing], 3, "Z") @ _FRONT


def turn_of(yaw: float, pitch: float, roll: float, basis: Matrix) -> Quaternion:
    """The rotation of head or eyes in the armature's space; angles in radians."""
    left, up, out = basis.col
    return Quaternion(up, yaw) @ Quaternion(left, -pitch) @ Quaternion(out, roll)


def angles_of(turn: Quaternion, basis: Matrix) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a rotation in the armature's space: the inverse of `turn_of`."""
    matrix = basis.transposed() @ turn.to_matrix() @ basis
    # R = Ry(yaw) Rx(-pitch) Rz(roll): its third column is (sin yaw cos pitch, sin pitch, cos yaw cos pitch)
    yaw = math.atan2(matrix[0][2], matrix[2][2])
    pitch = math.asin(min(max(matrix[1][2], -1.0), 1.0))
    roll = math.atan2(matrix[1][0], matrix[1][1])
    return yaw, pitch, roll


def in_bone(turn: Quaternion, rest: Quaternion) -> Quaternion:
    """A rotation of the armature's space as the bone's own rotation from its rest."""
    return rest.inverted() @ turn @ rest


def shift_in_bone(place: tuple[float, float, float], basis: Matrix, rest: Quaternion) -> Vector:
    """A translation in Omote's axes as the bone's own location."""
    return rest.inverted() @ (basis @ Vector(place))
