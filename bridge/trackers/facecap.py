"""Face Cap (iPhone): OSC, one message per value.

    tracker = FaceCapTracker()

Source: bannaflak.com/face-cap/livemode.html:

    /HT  fff   head position          /ELR ff  left eye, degrees
    /HR  fff   head rotation, degrees /ERR ff  right eye, degrees
    /HRQ ffff  the same, quaternion   /W   if  a coefficient's index and value

Axes: ARKit's, which are Omote's; the app's receiver for Unity mirrors X. So yaw is the rotation about y, roll that
about z, and pitch the negative of that about x, for head and eyes. The unit of the position is not documented: a
face is never five metres from its phone, so larger values are centimetres.

Frames have no end mark. A frame is complete when it holds every value of the frame before, when one of its values
comes a second time, or after SILENCE_NS without a message. A value that is missing from a frame keeps its last number,
for at most `HOLD_NS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot, radians
from typing import Final, NamedTuple

from bridge.observation import Observation
from bridge.trackers.face_reading import FaceReading
from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from protocol.errors import OscError
from protocol.osc.parse import OscMessage, parse_osc
from protocol.osc.rotation import from_unity, yaw_pitch_roll

PORT: Final = 8080  # of the app's own receivers; the user sets it in the app
SILENCE_NS: Final = 15_000_000
#: A value that was not sent for this long, while others were, is not reported any more.
HOLD_NS: Final = 1_000_000_000
MAX_METRES: Final = 5.0

#: Blendshapes in the order of /W's indices.
SHAPES: Final = (
    "browInnerUp", "browDownLeft", "browDownRight", "browOuterUpLeft", "browOuterUpRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight",
    "jawOpen", "jawForward", "jawLeft", "jawRight",
    "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthRollUpper", "mouthRollLower", "mouthShrugUpper", "mouthShrugLower", "mouthClose",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight",
    "mouthStretchLeft", "mouthStretchRight", "tongueOut",
)  # fmt: skip

#: Address -> number of arguments.
_SIZES: Final = {"/HT": 3, "/HR": 3, "/HRQ": 4, "/ELR": 2, "/ERR": 2}


class FaceCapValue(NamedTuple):
    """One message.

    Attributes:
        name: the address, or the blendshape for /W.
        numbers: as sent, not yet checked for NaN and infinity.
    """

    name: str
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FaceCapDatagram:
    """The values of one datagram, in order, and what was refused of it."""

    values: tuple[FaceCapValue, ...]
    refusals: tuple[Refusal, ...]


def parse(datagram: bytes) -> FaceCapDatagram | Refusal:
    """Parse one OSC message or a bundle."""
    try:
        messages = parse_osc(datagram)
    except OscError as error:
        return Refusal(error.reason, error.detail)
    values: list[FaceCapValue] = []
    refusals: list[Refusal] = []
    for message in messages:
        value = _value(message)
        if isinstance(value, FaceCapValue):
            values.append(value)
        elif not refusals:  # one per datagram is enough
            refusals.append(value)
    return FaceCapDatagram(tuple(values), tuple(refusals))


def _value(message: OscMessage) -> FaceCapValue | Refusal:
    address, arguments = message
    if address == "/W" and len(arguments) == 2:
        index, value = arguments
        if type(index) is int and type(value) is float and 0 <= index < len(SHAPES):
            return FaceCapValue(SHAPES[index], (value,))
    numbers = tuple(float(part) for part in arguments if isinstance(part, (int, float)))
    if address == "/W":
        if len(numbers) < 2 or not 0 <= numbers[0] < len(SHAPES):
            expected = f"expected an index below {len(SHAPES)} and a value"
            return Refusal("wrong OSC arguments", f"/W {arguments[:4]!r}, {expected}")
        return FaceCapValue(SHAPES[int(numbers[0])], numbers[1:2])
    size = _SIZES.get(address)
    if size is None:
        return Refusal("unknown OSC address", f"got {address[:40]!r}, expected {', '.join(_SIZES)} or /W")
    if len(numbers) < size:
        return Refusal("wrong OSC arguments", f"{address} {arguments[:4]!r}, expected {size} numbers")
    return FaceCapValue(address, numbers[:size])


def read(values: dict[str, tuple[float, ...]]) -> FaceReading:
    """A frame's values, by name, in Omote's axes and units."""
    reading = FaceReading()
    for name, numbers in values.items():
        index = INDEX.get(name)
        if index is not None:
            reading.set_coefficient(index, numbers[0])
    if "/HT" in values:
        x, y, z = values["/HT"]
        unit_m = 1.0 if hypot(x, y, z) <= MAX_METRES else 0.01
        for channel, place in (("x", x), ("y", y), ("z", z)):
            reading.set_position(channel, place * unit_m)
    _read_rotation(reading, values)
    eyes = [values[name] for name in ("/ELR", "/ERR") if name in values]
    if eyes:
        reading.set_gaze("yaw", radians(sum(y for _, y in eyes) / len(eyes)))
        reading.set_gaze("pitch", radians(-sum(x for x, _ in eyes) / len(eyes)))
    return reading


def _read_rotation(reading: FaceReading, values: dict[str, tuple[float, ...]]) -> None:
    if "/HRQ" in values:
        x, y, z, w = values["/HRQ"]
        rotation = from_unity((x, -y, -z, w))  # undoes the mirroring that from_unity applies
        if rotation is not None:
            for channel, angle in zip(("yaw", "pitch", "roll"), yaw_pitch_roll(rotation), strict=True):
                reading.set_rotation(channel, angle)
            return
        reading.refuse("no rotation", f"/HRQ {x:g} {y:g} {z:g} {w:g}, expected a quaternion")
    if "/HR" in values:
        x, y, z = values["/HR"]
        reading.set_rotation("yaw", radians(y))
        reading.set_rotation("pitch", radians(-x))
        reading.set_rotation("roll", radians(z))


@dataclass(slots=True)
class _Frame:
    """One sender's unfinished frame.

    Attributes:
        held: name -> its last value, also of earlier frames. heard_ns: name -> when it was sent.
        names, before: the names in this frame and in the one before.
        since_ns: time of the last message.
    """

    held: dict[str, tuple[float, ...]] = field(default_factory=dict)
    heard_ns: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    since_ns: int = 0

    def finish(self) -> FaceReading:
        """Complete the frame and begin the next one."""
        if len(self.names) < len(self.held):
            for name in [one for one in self.held if self.since_ns - self.heard_ns[one] > HOLD_NS]:
                del self.held[name], self.heard_ns[name]
        self.before, self.names = self.names, set()
        return read(self.held)


class FaceCapTracker:
    """Phones with Face Cap that are set to send to this machine. A `DatagramTracker` and `FlushingTracker`."""

    name = "facecap"
    udp_ports: tuple[int, ...] = (PORT,)
    is_whole = False

    def __init__(self) -> None:
        """A tracker without senders."""
        self._frames = PerSender(lambda _: _Frame())
        self._live = FrozenFaces()

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse some messages; every completed frame is one observation."""
        parsed = parse(datagram)
        if isinstance(parsed, Refusal):
            return FeedResult(refusals=(parsed,))
        if not parsed.values:
            return FeedResult(refusals=parsed.refusals)
        frame = self._frames[sender]
        readings: list[FaceReading] = []
        for value in parsed.values:
            if value.name in frame.names:
                readings.append(frame.finish())
            frame.since_ns = now_ns
            frame.names.add(value.name)
            frame.held[value.name] = value.numbers
            frame.heard_ns[value.name] = now_ns
        if frame.before and frame.names >= frame.before:
            readings.append(frame.finish())
        result = self._result(readings, sender, now_ns)
        return FeedResult(result.observations, parsed.refusals + result.refusals)

    def flush(self, now_ns: int) -> FeedResult:
        """Complete the frames without a message for `SILENCE_NS`."""
        observations: list[Observation] = []
        refusals: list[Refusal] = []
        for sender, frame in self._frames.items():
            if frame.names and abs(now_ns - frame.since_ns) >= SILENCE_NS:
                result = self._result([frame.finish()], sender, frame.since_ns)
                observations += result.observations
                refusals += result.refusals
        return FeedResult(tuple(observations), tuple(refusals))

    def _result(self, readings: list[FaceReading], sender: str, now_ns: int) -> FeedResult:
        source = source_id(self.name, sender)
        refusals = [refusal for reading in readings for refusal in reading.refusals]
        observations = tuple(self._live(reading.observation(source, now_ns)) for reading in readings)
        return FeedResult(observations, tuple(refusals))
