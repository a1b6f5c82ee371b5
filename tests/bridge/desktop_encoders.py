"""Small encoders of the formats of desktop trackers, written from the specifications, independent of the parsers.

Angles are Omote's: radians, yaw + to the subject's left, pitch + up, roll + towards the right shoulder.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence

Quaternion = tuple[float, float, float, float]


def osc_string(text: str) -> bytes:
    raw = text.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def osc_message(address: str, *arguments: float | bool | str) -> bytes:
    """Floats as f, strings as s, bools as T and F."""
    tags, body = ",", b""
    for argument in arguments:
        if isinstance(argument, bool):
            tags += "T" if argument else "F"
        elif isinstance(argument, str):
            tags += "s"
            body += osc_string(argument)
        else:
            tags += "f"
            body += struct.pack(">f", argument)
    return osc_string(address) + osc_string(tags) + body


def osc_bundle(*messages: bytes, time_tag: int = 1) -> bytes:
    parts = b"".join(struct.pack(">i", len(message)) + message for message in messages)
    return b"#bundle\0" + struct.pack(">Q", time_tag) + parts


def unity_turn(yaw: float, pitch: float, roll: float) -> Quaternion:
    """A head turned first by roll, then pitch, then yaw, as Unity's Quaternion.Euler builds it (Y X Z).

    Unity is left-handed with +X to the avatar's right: yaw + turns right, pitch + nods down, roll + tilts left.
    """

    def axis(index: int, angle: float) -> Quaternion:
        parts = [0.0, 0.0, 0.0, math.cos(angle / 2)]
        parts[index] = math.sin(angle / 2)
        return parts[0], parts[1], parts[2], parts[3]

    def times(a: Quaternion, b: Quaternion) -> Quaternion:
        ax, ay, az, aw = a
        bx, by, bz, bw = b
        return (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        )

    return times(times(axis(1, -yaw), axis(0, -pitch)), axis(2, -roll))


def vmc_head(yaw: float, pitch: float, roll: float) -> bytes:
    bone = osc_message("/VMC/Ext/Bone/Pos", "Head", 0.0, 0.0, 0.0, *unity_turn(yaw, pitch, roll))
    return osc_bundle(bone)


def vmc_clips(clips: Mapping[str, float], *, apply: bool = True) -> bytes:
    messages = [osc_message("/VMC/Ext/Blend/Val", name, float(value)) for name, value in clips.items()]
    return osc_bundle(*messages, *([osc_message("/VMC/Ext/Blend/Apply")] if apply else []))


def vrcft(values: Mapping[str, float | bool], *, prefix: str = "") -> bytes:
    return osc_bundle(
        *(osc_message(f"/avatar/parameters/{prefix}v2/{name}", value) for name, value in values.items())
    )


def vrcft_head(yaw: float, pitch: float, roll: float) -> bytes:
    quarter = math.pi / 2
    return vrcft({"Head/Yaw": -yaw / quarter, "Head/Pitch": -pitch / quarter, "Head/Roll": -roll / quarter})


def audio2face_block(payload: bytes) -> bytes:
    return len(payload).to_bytes(8, "big") + payload


def audio2face_frame(weights: Mapping[str, float]) -> bytes:
    facial = {"Names": list(weights), "Weights": list(weights.values())}
    return audio2face_block(json.dumps({"Audio2Face": {"Facial": facial, "Body": {}}}).encode())


def face_points(
    *,
    eyes: float = 0.48,
    gap: float = 0.06,
    width: float = 0.58,
    corner_rise: float = 0.0,
    brow: float = 0.53,
    pupil: tuple[float, float] = (0.0, -0.043),
) -> list[tuple[float, float]]:
    """68 points of a plain face: x to the subject's left, y down, origin between the eyes, the outer corners of
    the eyes 1 apart, the nose's base 1 down."""
    points = [(-1.0 + i / 8.0, 2.4 * math.sin(math.pi * i / 16)) for i in range(17)]
    points += [(-0.5 + 0.1 * i, -brow) for i in range(5)] + [(0.1 + 0.1 * i, -brow) for i in range(5)]
    points += [(0.0, 0.1 + 0.2 * i) for i in range(4)]
    points += [(-0.12, 0.95), (-0.06, 0.98), (0.0, 1.0), (0.06, 0.98), (0.12, 0.95)]
    half = eyes * 0.3 / 2
    for inner in (-0.5, 0.2):  # the right eye, then the left one: outer right first
        upper = [(inner + 0.1, -half), (inner + 0.2, -half)]
        lower = [(inner + 0.2, half), (inner + 0.1, half)]
        points += [(inner, 0.0), *upper, (inner + 0.3, 0.0), *lower]
    corner = 1.42 - corner_rise
    points += [(-0.1 + 0.05 * i, 1.31) for i in range(5)]
    points += [(0.1 - 0.05 * i, 1.6 + gap) for i in range(5)]
    points += [(-width / 2, corner)] + [(-0.06 + 0.06 * i, 1.44) for i in range(3)]
    points += [(width / 2, corner)] + [(0.06 - 0.06 * i, 1.44 + gap) for i in range(3)]
    points += [(middle + pupil[0] * 0.3, pupil[1]) for middle in (-0.35, 0.35)]
    assert len(points) == 68
    return points


def openseeface(
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    *,
    points: Sequence[tuple[float, float]] | None = None,
    face: int = 0,
    time_s: float = 1.7e9,
    size: tuple[float, float] = (640.0, 640.0),
    is_fitted: bool = True,
    pnp_error: float = 6.0,
    confidence: float = 0.9,
) -> bytes:
    """One record of 1785 bytes, the nose in the middle of the picture."""
    in_space = list(points or face_points())
    width, height = size
    nose_x, nose_y = in_space[30]
    pixels = [(width / 2 + 100 * (x - nose_x), height / 2 + 100 * (y - nose_y)) for x, y in in_space]
    euler = (
        (math.degrees(-pitch) - 180.0 + 180.0) % 360.0 - 180.0,
        math.degrees(yaw),
        (math.degrees(roll) + 90.0 + 180.0) % 360.0 - 180.0,
    )
    record = struct.pack("<di2f2f", time_s, face, width, height, 1.0, 1.0)
    record += struct.pack("<Bf4f3f3f", is_fitted, pnp_error, 0, 0, 0, 1, *euler, 0.0, 0.0, -2.8)
    record += struct.pack("<68f", *[confidence] * 68)
    record += struct.pack("<136f", *(value for pixel in pixels for value in pixel))
    # In space x points to the subject's right, and there are two eyeballs more.
    spatial = [(-0.63 * x, 0.36 * y, 0.1) for x, y in in_space] + [(0.0, 0.0, 0.3)] * 2
    record += struct.pack("<210f", *(value for point in spatial for value in point))
    return record + struct.pack("<14f", *[0.0] * 14)
