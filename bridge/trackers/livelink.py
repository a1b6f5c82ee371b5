"""Live Link Face (iPhone) in its ARKit mode, and programs that send the same format: binary datagrams.

    tracker = LiveLinkTracker()

Source: the senders LLV and PyLiveLinkFace; Epic has not published the format. Everything is big-endian:

    u8   version = 6
    i32  n, n bytes device id
    i32  m, m bytes subject name, UTF-8
    i32  frame number, f32 sub frame, i32 rate numerator, i32 rate denominator
    u8   count = 61; 0 or missing = no face
    f32  x count: the 52 of ARKit in the order of `BLENDSHAPES`, then yaw, pitch and roll of the head, of the
         left eye and of the right eye

A datagram whose lengths are inconsistent (PyLiveLinkFace counts a name's characters, not its bytes) is parsed from
its end: the last 244 bytes are the 61 numbers.

Axes: radians, as recorded from a phone. Yaw + to the subject's left, roll + towards the right shoulder, pitch
+ down: what Unreal's ARKit plugin computes, and the recorded eyes, which look down at the phone, are positive.
Senders other than phones often send pitch + up: give those a profile with a negative gain. Eye angles are not
used, since such senders leave them at zero; the eyeLook coefficients hold the same information.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final

from bridge.observation import Observation
from bridge.trackers.face_reading import FaceReading, time_ns
from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.blendshapes import BLENDSHAPES
from protocol.codec import Refusal

PORT: Final = 11111
VERSION: Final = 6
COUNT: Final = 61
MAX_ANGLE_RAD: Final = 1.6
#: A silent device loses its subject's name to another device after this long.
KEPT_NS: Final = 2_000_000_000

_INT32: Final = Struct(">i")
_TIME: Final = Struct(">ifii")
_NUMBERS: Final = Struct(f">{COUNT}f")
_HEAD: Final = len(BLENDSHAPES)  # place of the head's yaw


@dataclass(frozen=True, slots=True)
class LiveLinkFrame:
    """One datagram.

    Attributes:
        device, subject: the sender's names for itself.
        time_s: the frame number in seconds; 0 where the frame rate is missing.
        reading: None without a face.
    """

    device: str
    subject: str
    time_s: float
    reading: FaceReading | None


def parse(datagram: bytes) -> LiveLinkFrame | Refusal:
    """Parse a frame with names of any length."""
    if datagram[:1] != bytes([VERSION]):
        return _not_live_link(f"version {datagram[0] if datagram else 'missing'}, expected {VERSION}")
    return _parse_by_lengths(datagram) or _parse_from_end(datagram)


def _parse_by_lengths(datagram: bytes) -> LiveLinkFrame | None:
    """Parse by the length fields; None where they are inconsistent."""
    device = _string(datagram, 1)
    subject = None if device is None else _string(datagram, 5 + len(device))
    if device is None or subject is None:
        return None
    place = 9 + len(device) + len(subject)
    if place + _TIME.size > len(datagram):
        return None
    rest = datagram[place + _TIME.size :]
    is_face = len(rest) == 1 + _NUMBERS.size and rest[0] == COUNT
    if not is_face and rest not in (b"", b"\0"):
        return None
    reading = _read(rest[1:]) if is_face else None
    return LiveLinkFrame(_text(device), _text(subject), _seconds(datagram, place), reading)


def _parse_from_end(datagram: bytes) -> LiveLinkFrame | Refusal:
    """Parse the numbers, and the time before them, by their distance from the end."""
    numbers = len(datagram) - _NUMBERS.size
    time = numbers - 1 - _TIME.size
    if time < 1 or datagram[numbers - 1] != COUNT:
        return _not_live_link(f"{len(datagram)} bytes that do not end in {COUNT} numbers")
    device = _string(datagram, 1) or b""
    subject = datagram[9 + len(device) : time]
    return LiveLinkFrame(_text(device), _text(subject), _seconds(datagram, time), _read(datagram[numbers:]))


def _read(numbers: bytes) -> FaceReading:
    reading = FaceReading()
    values = _NUMBERS.unpack(numbers)
    for index in range(_HEAD):
        reading.set_coefficient(index, values[index])
    yaw, pitch, roll = values[_HEAD : _HEAD + 3]
    for channel, angle in (("yaw", yaw), ("pitch", -pitch), ("roll", roll)):
        reading.set_rotation(
            channel, min(max(angle, -MAX_ANGLE_RAD), MAX_ANGLE_RAD) if abs(angle) < 360.0 else angle
        )
    return reading


def _seconds(datagram: bytes, place: int) -> float:
    """The frame time in seconds; 0 where the rate is unusable: some senders leave numerator or denominator 0."""
    number, sub_frame, numerator, denominator = _TIME.unpack_from(datagram, place)
    if numerator <= 0 or denominator <= 0 or number < 0:
        return 0.0
    part = sub_frame if 0.0 <= sub_frame < 1.0 else 0.0
    return float((number + part) * denominator / numerator)


def _string(datagram: bytes, place: int) -> bytes | None:
    if place + 4 > len(datagram):
        return None
    (size,) = _INT32.unpack_from(datagram, place)
    end = place + 4 + size
    return datagram[place + 4 : end] if size >= 0 and end <= len(datagram) else None


def _text(data: bytes) -> str:
    return data[:256].decode("utf-8", "replace")


def _not_live_link(detail: str) -> Refusal:
    return Refusal("not Live Link", detail)


class LiveLinkTracker:
    """Phones with Live Link Face that are set to send to this machine. A `DatagramTracker`.

    A source is named after its subject, so that it stays the same when the phone's address changes. Of two devices
    with the same subject the later one's source id gets its address as well.
    """

    name = "livelink"
    udp_ports: tuple[int, ...] = (PORT,)
    is_whole = True

    def __init__(self) -> None:
        """A tracker without senders."""
        self._owners = PerSender(lambda _: _Owner())
        self._live = FrozenFaces()

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one frame; it is one observation, empty without a face."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        name = frame.subject or sender
        if not self._owners[name].admits(f"{frame.device} {sender}", now_ns):
            name = f"{name[:30]} {sender}"
        source = source_id(self.name, name)
        if frame.reading is None:
            return FeedResult((Observation(source, is_face=False, receive_time_ns=now_ns),))
        observation = self._live(frame.reading.observation(source, now_ns, time_ns(frame.time_s, 1e9)))
        return FeedResult((observation,), tuple(frame.reading.refusals))


class _Owner:
    """The device that a subject's name belongs to."""

    def __init__(self) -> None:
        self._device = ""
        self._heard_ns = 0

    def admits(self, device: str, now_ns: int) -> bool:
        """Whether this device may use the name: the first one may, until it is silent for KEPT_NS."""
        if self._device not in ("", device) and abs(now_ns - self._heard_ns) < KEPT_NS:
            return False
        self._device, self._heard_ns = device, now_ns
        return True
