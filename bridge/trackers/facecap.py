"""Face Cap (iPhone): OSC messages, one a number.

    tracker = FaceCapTracker()

Source: bannaflak.com/face-cap/livemode.html:

    /HT  fff   head position          /ELR ff  left eye, degrees
    /HR  fff   head rotation, degrees /ERR ff  right eye, degrees
    /HRQ ffff  the same, quaternion   /W   if  a coefficient's index and value

Axes: ARKit's, which are ours; the app's receiver for Unity flips X. So yaw is the rotation about y, roll that
about z, and pitch the negative of that about x, for head and eyes. The position's unit is not described: a
face is never five metres from its phone, so more than that is centimetres.

Frames have no end. One is complete when it holds all that the one before held, when something in it comes
again, or after a short silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot, radians
from typing import Final

from bridge.observation import Observation
from bridge.trackers.face_reading import FaceReading
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal
from protocol.errors import OscError
from protocol.osc.parse import OscMessage, parse_osc
from protocol.osc.rotation import from_unity, yaw_pitch_roll

PORT: Final = 8080  # the app's own receivers listen here; it is set in the app
SILENCE_NS: Final = 15_000_000
MAX_METRES: Final = 5.0

#: /W's indices.
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

_SIZES: Final = {"/HT": 3, "/HR": 3, "/HRQ": 4, "/ELR": 2, "/ERR": 2}


@dataclass(frozen=True, slots=True)
class FaceCapValue:
    """One message.

    Attributes:
        name: the address, or the blendshape for /W.
        numbers: as sent; finite or not.
    """

    name: str
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FaceCapDatagram:
    """All messages of one datagram, in order, and what was refused of it."""

    values: tuple[FaceCapValue, ...]
    refusals: tuple[Refusal, ...]


def parse(datagram: bytes) -> FaceCapDatagram | Refusal:
    """One message or a bundle."""
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
        elif not refusals:  # one says it all
            refusals.append(value)
    return FaceCapDatagram(tuple(values), tuple(refusals))


def _value(message: OscMessage) -> FaceCapValue | Refusal:
    address, arguments = message
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
    """A frame's values, by name, in this house's axes and units."""
    reading = FaceReading()
    for name, numbers in values.items():
        if name not in _SIZES:
            reading.set_named(name, numbers[0])
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
        rotation = from_unity((x, -y, -z, w))  # flipped before, so that it is not flipped after
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
    """What one sender's frame holds so far, and what the frames before held."""

    held: dict[str, tuple[float, ...]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    since_ns: int = 0

    def finish(self) -> FaceReading:
        self.before, self.names = self.names, set()
        return read(self.held)


class FaceCapTracker:
    """Phones with Face Cap, told this machine's address. A `DatagramTracker`."""

    name = "facecap"
    udp_ports: tuple[int, ...] = (PORT,)
    is_whole = False

    def __init__(self) -> None:
        self._frames = PerSender(_Frame)

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Take some messages; a frame is one observation, when it is complete."""
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
            frame.names.add(value.name)
            frame.held[value.name] = value.numbers
        frame.since_ns = now_ns
        if frame.before and frame.names >= frame.before:
            readings.append(frame.finish())
        fed = self._fed(readings, sender, now_ns)
        return FeedResult(fed.observations, parsed.refusals + fed.refusals)

    def flush(self, now_ns: int) -> FeedResult:
        """Frames that nothing was added to for `SILENCE_NS`."""
        observations: list[Observation] = []
        refusals: list[Refusal] = []
        for sender, frame in self._frames.items():
            if frame.names and abs(now_ns - frame.since_ns) >= SILENCE_NS:
                fed = self._fed([frame.finish()], sender, frame.since_ns)
                observations += fed.observations
                refusals += fed.refusals
        return FeedResult(tuple(observations), tuple(refusals))

    def _fed(self, readings: list[FaceReading], sender: str, now_ns: int) -> FeedResult:
        source = source_id(self.name, sender)
        refusals = [refusal for reading in readings for refusal in reading.refusals]
        return FeedResult(tuple(reading.observation(source, now_ns) for reading in readings), tuple(refusals))
