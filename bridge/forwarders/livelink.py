"""LiveLinkForwarder: motion as Live Link Face sends it in ARKit mode; Unreal's Live Link receives it on port 11111.

One packet a frame, big-endian; `bridge.trackers.livelink` quotes the layout. The order of the 61 numbers is that
of `BLENDSHAPES`, then yaw, pitch and roll of the head, of the left eye and of the right eye, all in radians.

The phone sends jawLeft before jawRight and mouthLeft before mouthRight, as Unreal expects. Apple's list, and
programs that follow it, have the right ones first: `right_first` is for those.

Signs as from the phone: yaw + to the subject's left, pitch + down, roll + towards the right shoulder. Gaze is sent
twice, as the phone does: as eyeLook shapes and as the eyes' angles.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from bridge.forwarders.forwarder import layer_values
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.messages import MotionMessage

PORT: Final = 11111
#: As long as a phone's id, and always the same, so that Unreal recognises the device.
DEVICE: Final = "00000000-0000-4000-8000-0000004F4D54"
RATE: Final = 60
_VERSION: Final = 6
_COUNT: Final = 61
_TIME: Final = Struct(">ifii")
_NUMBERS: Final = Struct(f">{_COUNT}f")
_SIZE: Final = Struct(">i")

_JAW_AND_MOUTH: Final = (
    (INDEX["jawLeft"], INDEX["jawRight"]),
    (INDEX["mouthLeft"], INDEX["mouthRight"]),
)
#: Radians of gaze at which an eyeLook shape is 1. Must match runtime/layers/gaze.py, which does the reverse.
_SIDEWAYS_RAD: Final = 0.60
_UP_RAD: Final = 0.50
_DOWN_RAD: Final = 0.55


class LiveLinkForwarder:
    """A `Forwarder` to Unreal's Live Link.

    Attributes:
        subject: the subject name in Unreal.
    """

    name = "livelink"
    default_port = PORT

    def __init__(self, subject: str = "Omote", *, right_first: bool = False) -> None:
        """Prepare the packet's head.

        Args:
            subject: the subject name in Unreal.
            right_first: send jawRight and mouthRight before jawLeft and mouthLeft.
        """
        self.subject = subject
        name = subject.encode()
        device = DEVICE.encode()
        self._head = b"".join(
            (bytes([_VERSION]), _SIZE.pack(len(device)), device, _SIZE.pack(len(name)), name)
        )
        self._right_first = right_first

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """Encode one packet: 306 bytes and the subject's name."""
        yaw, pitch, roll = layer_values(motion, "pose")[:3]
        gaze_yaw, gaze_pitch = layer_values(motion, "gaze")
        values = list(layer_values(motion, "expression"))
        for name, look in looks_of_gaze(gaze_yaw, gaze_pitch).items():
            values[INDEX[name]] = max(values[INDEX[name]], look)
        if self._right_first:
            for left, right in _JAW_AND_MOUTH:
                values[left], values[right] = values[right], values[left]
        eye = (gaze_yaw, -gaze_pitch, 0.0)
        numbers = _NUMBERS.pack(*values[: len(BLENDSHAPES)], yaw, -pitch, roll, *eye, *eye)
        # time code: frames since midnight UTC, as the phone sends it
        frames = time_s % 86_400.0 * RATE
        code = _TIME.pack(int(frames), frames % 1.0, RATE, 1)
        return [b"".join((self._head, code, bytes([_COUNT]), numbers))]


def looks_of_gaze(yaw: float, pitch: float) -> dict[str, float]:
    """Return the eyeLook shapes of a gaze in radians, for receivers that turn the eyes by shapes.

    Out is away from the nose, In towards it.
    """
    left, right = min(max(yaw, 0.0) / _SIDEWAYS_RAD, 1.0), min(max(-yaw, 0.0) / _SIDEWAYS_RAD, 1.0)
    up, down = min(max(pitch, 0.0) / _UP_RAD, 1.0), min(max(-pitch, 0.0) / _DOWN_RAD, 1.0)
    return {
        "eyeLookOutLeft": left, "eyeLookInRight": left, "eyeLookInLeft": right, "eyeLookOutRight": right,
        "eyeLookUpLeft": up, "eyeLookUpRight": up, "eyeLookDownLeft": down, "eyeLookDownRight": down,
    }  # fmt: skip
