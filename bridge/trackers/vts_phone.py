"""VTube Studio's iPhone app, without VTube Studio on the PC: JSON datagrams.

    tracker = VtsPhoneTracker("192.168.1.5")

Source: github.com/DenchiSoft/VTubeStudioBlendshapeUDPReceiverTest. "Make sure to repeatedly send this request
every few second to keep receiving data". To UDP port 21412 of the phone:

    {"messageType":"iOSTrackingDataRequest","time":5,"sentBy":"Omote","ports":[11125]}

The phone sends 60 times a second:

    {"Timestamp":1700000000000,"Hotkey":-1,"FaceFound":true,"Rotation":{"x":0,"y":0,"z":0},"Position":{...},
     "EyeLeft":{...},"EyeRight":{...},"BlendShapes":[{"k":"EyeBlinkLeft","v":0.12}, ... 52]}

Axes: Rotation.x is yaw, + to the subject's left; Rotation.y is pitch, + down; Rotation.z is roll, + towards
the right shoulder; degrees. The authors' sample turns a cube whose face looks at the viewer by Euler(-y, -x, z)
and moves it by (-x, y, z) x 0.2. The signs of the position follow from that (only that of y is certain), and so
does its unit: a cube of two units moved by 0.2 is a head of 20 cm moved by 2 cm. The scale of EyeLeft and EyeRight
is not documented: gaze is computed from the eyeLook coefficients.
"""

from __future__ import annotations

from dataclasses import replace
from math import radians
from typing import Final

import msgspec

from bridge.errors import BridgeError
from bridge.trackers.face_reading import FaceReading, time_ns
from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.network_tracker import FeedResult, Greeting
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.channels import EMOTIONS
from protocol.codec import MAX_MESSAGE_BYTES, Refusal
from protocol.decode_errors import explain

PHONE_PORT: Final = 21412
PORT: Final = 11125
REQUEST_EVERY_NS: Final = 1_000_000_000
REQUEST_S: Final = 5  # "Allowed values are between 0.5 and 10 seconds"
POSITION_UNIT_M: Final = 0.02
#: An emotion that a button switched on ends when its phone has been silent for this long: the app was left.
SILENT_NS: Final = 5_000_000_000


class Vector(msgspec.Struct, frozen=True):
    """Three numbers of the JSON."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class Shape(msgspec.Struct, frozen=True):
    """One coefficient of the JSON: its name in any spelling and its value."""

    k: str
    v: float


class VtsPhoneFrame(msgspec.Struct, frozen=True):
    """One datagram, with the JSON's own names; unknown fields are skipped."""

    FaceFound: bool
    BlendShapes: list[Shape]
    Timestamp: float = 0.0
    Hotkey: int = -1
    Rotation: Vector | None = None
    Position: Vector | None = None
    VNyanPos: Vector | None = None


_DECODER: Final = msgspec.json.Decoder(VtsPhoneFrame)


def parse(datagram: bytes) -> VtsPhoneFrame | Refusal:
    """Decode a frame and check its fields; `read` checks the numbers."""
    if len(datagram) > MAX_MESSAGE_BYTES:
        return Refusal("too large", f"got {len(datagram)} bytes, expected at most {MAX_MESSAGE_BYTES}")
    try:
        return _DECODER.decode(datagram)
    except msgspec.ValidationError as error:
        return Refusal("wrong type or missing field", explain(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refusal("not JSON", f"{explain(error)}: {datagram[:40]!r}")


def read(frame: VtsPhoneFrame) -> FaceReading:
    """A frame's coefficients and head pose in Omote's axes and units."""
    reading = FaceReading()
    for shape in frame.BlendShapes:
        reading.set_named(shape.k, shape.v)
    if frame.Rotation is not None:
        reading.set_rotation("yaw", radians(frame.Rotation.x))
        reading.set_rotation("pitch", radians(-frame.Rotation.y))
        reading.set_rotation("roll", radians(frame.Rotation.z))
    if frame.Position is not None:
        reading.set_position("x", -frame.Position.x * POSITION_UNIT_M)
        reading.set_position("y", frame.Position.y * POSITION_UNIT_M)
        reading.set_position("z", -frame.Position.z * POSITION_UNIT_M)
    return reading


class VtsPhoneTracker:
    """Phones with VTube Studio and "3rd Party PC Clients" switched on. A `DatagramTracker` and `GreetingTracker`.

    Each of the app's eight buttons switches an emotion on, until it is pressed again, or the phone is silent for
    `SILENT_NS`.
    """

    name = "vts-phone"
    #: A hotkey comes in one datagram only, which must not be dropped.
    is_whole = False

    def __init__(
        self,
        phone: str | None = None,
        *,
        port: int = PORT,
        phone_port: int = PHONE_PORT,
        hotkeys: tuple[str, ...] = EMOTIONS,
    ) -> None:
        """A tracker without senders.

        Args:
            phone: address of the phone; None only listens.
            port: the UDP port that the phone shall send to; the hub must listen there.
            phone_port: the UDP port on which the phone receives requests.
            hotkeys: the emotions of the buttons from 1 on; further buttons do nothing.

        Raises:
            BridgeError: a hotkey's emotion does not exist.
        """
        for emotion in hotkeys:
            if emotion not in EMOTIONS:
                expected = ", ".join(EMOTIONS)
                raise BridgeError(f"a hotkey's emotion is {emotion!r}; choose from {expected}")
        self.udp_ports: tuple[int, ...] = (port,)
        self._phone = phone
        self._phone_port = phone_port
        self._request = msgspec.json.encode(
            {
                "messageType": "iOSTrackingDataRequest",
                "time": REQUEST_S,
                "sentBy": "Omote",
                "ports": [port],
            }
        )
        self._requested_ns = 0
        self._live = FrozenFaces()
        self._hotkeys = PerSender(lambda _: HeldEmotion(hotkeys))

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one frame; it is one observation, empty without a face."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        emotion = self._hotkeys[sender].press(frame.Hotkey, now_ns)
        reading = read(frame) if frame.FaceFound else FaceReading()
        observation = self._live(
            replace(
                reading.observation(source_id(self.name, sender), now_ns, time_ns(frame.Timestamp, 1e6)),
                is_face=frame.FaceFound,
            )
        )
        if emotion and observation.is_face:
            observation = replace(observation, emotion={emotion: 1.0})
        return FeedResult((observation,), tuple(reading.refusals))

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """The request, also while frames arrive: the phone stops `REQUEST_S` after the last one."""
        if self._phone is None or abs(now_ns - self._requested_ns) < REQUEST_EVERY_NS:
            return ()
        self._requested_ns = now_ns
        return (Greeting(self._phone, self._phone_port, self._request),)


class HeldEmotion:
    """The emotion that is switched on by one phone's buttons."""

    def __init__(self, hotkeys: tuple[str, ...]) -> None:
        """No emotion; `hotkeys` are the emotions of the buttons from 1 on."""
        self._hotkeys = hotkeys
        self._pressed = -1
        self._held: str | None = None
        self._heard_ns = 0

    def press(self, hotkey: int, now_ns: int) -> str | None:
        """Take a frame's hotkey, 1 to 8 or -1; return the emotion that is on. A button kept down counts once."""
        if abs(now_ns - self._heard_ns) > SILENT_NS:
            self._pressed, self._held = -1, None
        self._heard_ns = now_ns
        if hotkey != self._pressed and 1 <= hotkey <= len(self._hotkeys):
            wanted = self._hotkeys[hotkey - 1]
            self._held = None if wanted == self._held else wanted
        self._pressed = hotkey
        return self._held
