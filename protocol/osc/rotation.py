"""Quaternions between Unity's axes and ours, and their yaw, pitch and roll.

Unity is left-handed: +X right, +Y up, +Z forward, and an avatar faces +Z, so its left side is at -X. Our axes
are right-handed with +X to the subject's left. Mirroring X converts between them; a rotation (x, y, z, w)
becomes (x, -y, -z, w).

Source: docs/naming.md for the axes; yaw, then pitch, then roll: R = Ry(yaw) Rx(-pitch) Rz(roll).
"""

from __future__ import annotations

from math import asin, atan2, cos, hypot, sin, sqrt
from typing import Final

Quaternion = tuple[float, float, float, float]  # x, y, z, w

IDENTITY: Final[Quaternion] = (0.0, 0.0, 0.0, 1.0)


def from_unity(rotation: Quaternion) -> Quaternion | None:
    """Convert a rotation from Unity's axes and normalise it; None when it is not finite or its length is 0."""
    x, y, z, w = rotation
    length = sqrt(x * x + y * y + z * z + w * w) if all(abs(part) < 1e6 for part in rotation) else 0.0
    if length < 1e-6:
        return None
    return x / length, -y / length, -z / length, w / length


def to_unity(rotation: Quaternion) -> Quaternion:
    """Convert a unit quaternion to Unity's axes; the inverse of `from_unity`."""
    x, y, z, w = rotation
    return x, -y, -z, w


def product(parent: Quaternion, child: Quaternion) -> Quaternion:
    """The quaternion product: rotates by `child` first, then by `parent`."""
    ax, ay, az, aw = parent
    bx, by, bz, bw = child
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def yaw_pitch_roll(rotation: Quaternion) -> tuple[float, float, float]:
    """Angles of a unit quaternion, radians: yaw + to the subject's left, pitch + up, roll + to the right shoulder."""
    x, y, z, w = rotation
    # the rotated forward axis +Z: third column of the rotation matrix
    forward_x = 2.0 * (x * z + w * y)
    forward_y = 2.0 * (y * z - w * x)
    forward_z = 1.0 - 2.0 * (x * x + y * y)
    roll = atan2(2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z))
    return atan2(forward_x, forward_z), asin(min(max(forward_y, -1.0), 1.0)), roll


def from_yaw_pitch_roll(yaw: float, pitch: float, roll: float) -> Quaternion:
    """The unit quaternion of three angles in radians; the inverse of `yaw_pitch_roll`."""
    turn = (0.0, sin(yaw / 2), 0.0, cos(yaw / 2))
    nod = (-sin(pitch / 2), 0.0, 0.0, cos(pitch / 2))
    tilt = (0.0, 0.0, sin(roll / 2), cos(roll / 2))
    return product(product(turn, nod), tilt)


def half(rotation: Quaternion) -> Quaternion:
    """Half of a rotation: applied twice it gives `rotation`, which must be less than a full half turn (w > -1)."""
    x, y, z, w = rotation
    length = sqrt(2.0 * (1.0 + w))
    return x / length, y / length, z / length, length / 2


def towards(x: float, y: float, z: float) -> tuple[float, float]:
    """Yaw and pitch, radians, of the direction from the head to a point given in Unity's axes."""
    return atan2(-x, z), atan2(y, hypot(x, z))
