"""VmcForwarder: motion as a VMC Performer sends it to a Marionette (VSeeFace, Warudo, VNyan, EVMC4U in Unity, ...).

Every frame has OK, T, Root, the bones Neck, Head, LeftEye and RightEye, the clips and Apply, in bundles that fit
an Ethernet frame. Marionettes apply the clips on Apply, which is the last message of the last bundle.

Clips are the 52 ARKit names ("perfect sync") and, for models without those, VRM's presets: the four moods and
Surprised from the emotion layer, blinks and vowels from the blendshapes. The preset names are VRM0's, which VRM1
receivers accept too. The 52 already contain the effect of the emotions: a model that has both sets would show
emotions twice, and needs the 52 alone.

Bone positions are zero: the lengths of the model's bones are unknown here, and receivers that apply positions are
rare. Head translation, scale and the camera are not sent.

Source: VMC protocol 3.1 (protocol.vmc.info), Performer -> Marionette.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from struct import Struct
from typing import Final, Literal

from bridge.forwarders.forwarder import layer_values
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from protocol.messages import VMC_PORT, MotionMessage
from protocol.osc.rotation import IDENTITY, Quaternion, from_yaw_pitch_roll, half, to_unity
from protocol.osc.write import osc_bundles, osc_message

Clips = Literal["both", "arkit", "presets"]

#: "loaded", "calibration state: calibrated", "calibration mode: normal", "tracking status: ok"
_OK: Final = osc_message("/VMC/Ext/OK", 1, 3, 0, 1)
_APPLY: Final = osc_message("/VMC/Ext/Blend/Apply")
_ROOT: Final = osc_message("/VMC/Ext/Root/Pos", "root", 0.0, 0.0, 0.0, *IDENTITY)

_FLOAT: Final = Struct(">f")

#: Emotion -> VRM0 preset; the other three emotions have none.
_MOODS: Final = {
    "happy": "Joy", "angry": "Angry", "sad": "Sorrow", "relaxed": "Fun", "surprised": "Surprised",
}  # fmt: skip


class VmcForwarder:
    """A `Forwarder` to VMC Marionettes."""

    name = "vmc"
    default_port = VMC_PORT
    subject = ""

    def __init__(self, clips: Clips = "both") -> None:
        """Choose the clips.

        Args:
            clips: the 52 ARKit names ("arkit"), VRM's presets ("presets"), or both.
        """
        self._clips = clips
        self._begin_s: float | None = None

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """Encode two or three bundles of at most 1472 bytes."""
        if self._begin_s is None:
            self._begin_s = time_s
        messages = [_OK, osc_message("/VMC/Ext/T", time_s - self._begin_s), _ROOT, *_bones(motion)]
        expression = layer_values(motion, "expression")
        if self._clips != "presets":
            messages += [_clip(name, expression[i]) for i, name in enumerate(BLENDSHAPES)]
        if self._clips != "arkit":
            presets = {**_moods(layer_values(motion, "emotion")), **_mouth_and_lids(expression)}
            messages += [_clip(name, value) for name, value in presets.items()]
        messages.append(_APPLY)
        return osc_bundles(messages)


def _bones(motion: MotionMessage) -> list[bytes]:
    """Encode the bones; neck and head each get half of the head rotation, so that together they make all of it."""
    yaw, pitch, roll = layer_values(motion, "pose")[:3]
    turn = to_unity(half(from_yaw_pitch_roll(yaw, pitch, roll)))
    gaze_yaw, gaze_pitch = layer_values(motion, "gaze")
    eye = to_unity(from_yaw_pitch_roll(gaze_yaw, gaze_pitch, 0.0))
    return [_bone("Neck", turn), _bone("Head", turn), _bone("LeftEye", eye), _bone("RightEye", eye)]


def _bone(name: str, rotation: Quaternion) -> bytes:
    return osc_message("/VMC/Ext/Bone/Pos", name, 0.0, 0.0, 0.0, *rotation)


def _clip(name: str, value: float) -> bytes:
    return _clip_head(name) + _FLOAT.pack(value)


@cache  # about sixty names, each sent in every frame
def _clip_head(name: str) -> bytes:
    return osc_message("/VMC/Ext/Blend/Val", name, 0.0)[: -_FLOAT.size]


def _moods(emotion: Sequence[float]) -> dict[str, float]:
    levels = dict(zip(EMOTIONS, emotion, strict=False))
    return {preset: levels[name] for name, preset in _MOODS.items()}


def _mouth_and_lids(expression: Sequence[float]) -> dict[str, float]:
    """Return vowel and blink presets, the reverse of `protocol.osc.vrm`: O is rounded and open, U rounded, I wide, and
    A the rest of the jaw opening. E lies between I and A, and is not distinguished."""

    def of(*names: str) -> float:
        return sum(expression[INDEX[name]] for name in names) / len(names)

    jaw = of("jawOpen")
    o = _unit(of("mouthFunnel") / 0.6) * _unit(jaw / 0.45)
    u = _unit(of("mouthPucker") / 0.7) * (1.0 - o)
    i = _unit(of("mouthStretchLeft", "mouthStretchRight") / 0.5) * (1.0 - o) * (1.0 - u)
    a = _unit((jaw - 0.45 * o - 0.15 * u - 0.2 * i) / 0.7)
    lids = {"Blink_L": of("eyeBlinkLeft"), "Blink_R": of("eyeBlinkRight")}
    return {"A": a, "I": i, "U": u, "O": o, **lids}


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
