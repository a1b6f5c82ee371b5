"""Small encoders of the formats of phones, written from the specifications, independent of the parsers.

Angles are given as in docs/naming.md.
"""

from __future__ import annotations

import json
import struct
from math import cos, degrees, sin
from typing import NamedTuple

ARKIT = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight",
    "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight", "jawForward", "jawLeft",
    "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft",
    "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "browDownLeft", "browDownRight",
    "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft",
    "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip

FACE_CAP = (
    "browInnerUp", "browDownLeft", "browDownRight", "browOuterUpLeft", "browOuterUpRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft",
    "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeBlinkLeft", "eyeBlinkRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "cheekPuff", "cheekSquintLeft",
    "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "jawOpen", "jawForward", "jawLeft", "jawRight",
    "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight", "mouthRollUpper", "mouthRollLower",
    "mouthShrugUpper", "mouthShrugLower", "mouthClose", "mouthSmileLeft", "mouthSmileRight",
    "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight", "mouthUpperUpLeft",
    "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight",
    "mouthStretchLeft", "mouthStretchRight", "tongueOut",
)  # fmt: skip


class Face(NamedTuple):
    """A face to send: radians, metres, coefficients by ARKit's names (0 where none is given)."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    x: float = 0.0
    y: float = 0.0
    z: float = -0.4
    gaze_yaw: float = 0.0
    gaze_pitch: float = 0.0
    coefficients: dict[str, float] = {}  # noqa: RUF012  (never changed)


def ifacialmocap(face: Face, *, version: int = 2) -> bytes:
    """The text of version 1 (name-value) or 2 (name&value), `_L` and `_R`."""
    return _text(face, "-" if version == 1 else "&", short=True)


def facemotion3d(face: Face, **extras: float) -> bytes:
    """The text with names in full; extras such as FM_SAD are added."""
    added = "".join(f"{name}&{round(value * 100)}|" for name, value in extras.items())
    return added.encode() + _text(face, "&", short=False)


def meowface_text(face: Face) -> bytes:
    """The text with spaces."""
    return _text(face, " & ", short=True)


def vts_phone(face: Face, *, hotkey: int = -1, is_face: bool = True, timestamp: int = 0) -> bytes:
    """VTube Studio's JSON."""
    return _json(face, capital=True, hotkey=hotkey, is_face=is_face, timestamp=timestamp)


def meowface(face: Face, *, timestamp: int = 0) -> bytes:
    """MeowFace's JSON: small letters, a brow in two halves, a place of its own."""
    frame = json.loads(_json(face, capital=False, hotkey=-1, is_face=True, timestamp=timestamp))
    brow = face.coefficients.get("browInnerUp", 0.0)
    frame["BlendShapes"] = [shape for shape in frame["BlendShapes"] if shape["k"] != "browInnerUp"]
    frame["BlendShapes"] += [{"k": f"browInnerUp{side}", "v": brow} for side in ("Left", "Right")]
    frame["Position"] = {"x": 0.0, "y": 0.0, "z": 0.0}
    frame["VNyanPos"] = {"x": -face.x, "y": face.y, "z": -face.z}
    return json.dumps(frame).encode()


def livelink(
    face: Face,
    *,
    device: str = "8F1C9A52-3B7E-4B52-9D7E-1D0C2B3A4F5E",
    subject: str = "iPhone",
    frame: int = 1000,
    rate: tuple[int, int] = (60, 1),
    is_face: bool = True,
) -> bytes:
    """Live Link Face's binary, version 6."""
    device_bytes, subject_bytes = device.encode(), subject.encode()
    head = b"\x06" + struct.pack(">i", len(device_bytes)) + device_bytes
    head += struct.pack(">i", len(subject_bytes)) + subject_bytes
    head += struct.pack(">ifii", frame, 0.25, *rate)
    if not is_face:
        return head + b"\0"
    eye = [face.gaze_yaw, -face.gaze_pitch, 0.0]
    numbers = [face.coefficients.get(name, 0.0) for name in ARKIT]
    numbers += [face.yaw, -face.pitch, face.roll, *eye, *eye]
    return head + b"\x3d" + struct.pack(">61f", *numbers)


def facecap(face: Face, *, quaternion: bool = False) -> list[bytes]:
    """Face Cap's messages, each a datagram of its own."""
    rotation = (
        _osc("/HRQ", ",ffff", *_quaternion(face))
        if quaternion
        else _osc("/HR", ",fff", degrees(-face.pitch), degrees(face.yaw), degrees(face.roll))
    )
    eye = (degrees(-face.gaze_pitch), degrees(face.gaze_yaw))
    messages = [_osc("/HT", ",fff", face.x, face.y, face.z), rotation]
    messages += [_osc("/ELR", ",ff", *eye), _osc("/ERR", ",ff", *eye)]
    return messages + [
        _osc("/W", ",if", index, face.coefficients.get(name, 0.0)) for index, name in enumerate(FACE_CAP)
    ]


def facecap_bundle(face: Face) -> bytes:
    """The same as one bundle."""
    parts = [struct.pack(">i", len(message)) + message for message in facecap(face)]
    return b"#bundle\0" + bytes(7) + b"\x01" + b"".join(parts)


def _text(face: Face, separator: str, *, short: bool) -> bytes:
    parts = []
    for name in ARKIT:
        spelled = name
        if short and name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
            spelled = name[: -len("Left")] + "_L"
        elif short and name.endswith("Right") and name not in ("jawRight", "mouthRight"):
            spelled = name[: -len("Right")] + "_R"
        parts.append(f"{spelled}{separator}{round(face.coefficients.get(name, 0.0) * 100)}")
    head = [degrees(-face.pitch), degrees(face.yaw), degrees(face.roll), face.x, face.y, face.z]
    eye = ",".join(map(repr, [degrees(-face.gaze_pitch), degrees(face.gaze_yaw), 0.0]))
    parts += [f"=head#{','.join(map(repr, head))}", f"rightEye#{eye}", f"leftEye#{eye}"]
    return ("|".join(parts) + "|").encode()


def _json(face: Face, *, capital: bool, hotkey: int, is_face: bool, timestamp: int) -> bytes:
    shapes = [
        {"k": name[0].upper() + name[1:] if capital else name, "v": face.coefficients.get(name, 0.0)}
        for name in ARKIT
    ]
    zero = {"x": 0.0, "y": 0.0, "z": 0.0}
    return json.dumps(
        {
            "Timestamp": timestamp,
            "Hotkey": hotkey,
            "FaceFound": is_face,
            "Rotation": {"x": degrees(face.yaw), "y": degrees(-face.pitch), "z": degrees(face.roll)},
            "Position": {"x": -face.x * 50, "y": face.y * 50, "z": -face.z * 50},
            "EyeLeft": zero,
            "EyeRight": zero,
            "BlendShapes": shapes,
        }
    ).encode()


def _quaternion(face: Face) -> tuple[float, float, float, float]:
    """Ry(yaw) Rx(-pitch) Rz(roll), written out: x, y, z, w."""
    a, b, c = face.yaw / 2, -face.pitch / 2, face.roll / 2
    return (
        cos(a) * sin(b) * cos(c) + sin(a) * cos(b) * sin(c),
        sin(a) * cos(b) * cos(c) - cos(a) * sin(b) * sin(c),
        cos(a) * cos(b) * sin(c) - sin(a) * sin(b) * cos(c),
        cos(a) * cos(b) * cos(c) + sin(a) * sin(b) * sin(c),
    )


def _osc(address: str, tags: str, *numbers: float) -> bytes:
    def padded(text: str) -> bytes:
        return text.encode() + b"\0" * (4 - len(text) % 4)

    return padded(address) + padded(tags) + struct.pack(">" + tags[1:], *numbers)
