"""iFacialMocap (iPhone): text datagrams, one frame each. Facemotion3D and MeowFace use the same text.

    tracker = IFacialMocapTracker("192.168.1.5")   # asks that phone to send; None only listens

Source: ifacialmocap.com/for-developer, and the vendor's receiver for Unity. The text:

    mouthSmile_R-0|eyeBlink_L-7|...|=head#-21.4,-6.0,-6.6,-0.03,-0.10,-0.65|rightEye#6.0,2.4,0.2|leftEye#...|

    name-value or name&value   100 is 1; "&" in version 2, whose values may be negative
    =head#rx,ry,rz,x,y,z       degrees, metres
    rightEye#rx,ry,rz          degrees
    leftEye#rx,ry,rz
    trackingStatus-0           the phone sees no face; the values are those of its last frame

Axes: ARKit's, which are Omote's: +X to the subject's left, +Y up, +Z out of the face. So yaw is ry, roll is rz,
and pitch is -rx, since a positive rotation about +X moves the nose down; positions are relative to the phone.
(The vendor's own receiver rotates a Unity head by (rx, -ry, -rz), which is the same with Unity's mirrored X.)
Unknown names are extras of other versions, and are skipped. Decimal commas, as in other languages, are read where only one
way of reading them is possible; otherwise the whole frame is refused (`decimal_commas`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Final

from bridge.observation import Observation
from bridge.trackers.decimal_commas import has_other_reading, point_number, split_numbers, with_ascii_signs
from bridge.trackers.face_reading import FaceReading
from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.network_tracker import FeedResult, Greeting
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal

PORT: Final = 49983
HELLO: Final = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
#: Appended to the hello to ask for version 2.
VERSION_2: Final = b"|sendDataVersion=v2"
HELLO_EVERY_NS: Final = 1_500_000_000

MAX_BYTES: Final = 16 * 1024  # a frame has about 960
MAX_PARTS: Final = 256  # a frame has about 60
#: Name -> how many numbers it has.
_BONES: Final = {"head": 6, "rightEye": 3, "leftEye": 3}
TRACKING_STATUS: Final = "trackingStatus"


@dataclass(frozen=True, slots=True)
class IFacialMocapFrame:
    """One frame of the text.

    Attributes:
        reading: coefficients, head and eyes.
        extras: name -> value, 1 = full, of names that are not ARKit blendshapes.
        is_face: whether the phone sees a face.
    """

    reading: FaceReading
    extras: dict[str, float]
    is_face: bool = True

    def observation(self, source: str, now_ns: int) -> Observation:
        """The frame as an observation, without values where there is no face."""
        if not self.is_face:
            return Observation(source, is_face=False, receive_time_ns=now_ns)
        return self.reading.observation(source, now_ns)


def parse(datagram: bytes) -> IFacialMocapFrame | Refusal:
    """Parse a frame of either version, with or without spaces, in any order."""
    if len(datagram) > MAX_BYTES:
        return Refusal("too large", f"got {len(datagram)} bytes of text, expected at most {MAX_BYTES}")
    text = with_ascii_signs(datagram.decode("utf-8", "replace").replace(" ", ""))
    reading, extras = FaceReading(), dict[str, float]()
    eyes: list[tuple[float, float]] = []
    has_point = "." in text
    parts = text.split("|", MAX_PARTS)
    for part in parts[:MAX_PARTS]:
        if "#" in part:
            name, _, numbers = part.partition("#")
            unclear = _read_bone(reading, eyes, name.lstrip("="), numbers, has_point)
            if unclear is not None:
                return unclear
            continue
        # Names contain neither separator; after the first "-" a second one is a sign.
        separator = "&" if "&" in part else "-"
        name, found, number = part.partition(separator)
        if found:
            if has_point and "," in number:
                return _unclear(name, number)
            try:
                value: float | None = float(number)
            except ValueError:
                value = _number(reading, name, number)
            if value is not None and not reading.set_named(name, value / 100.0) and -1e4 < value < 1e4:
                extras[name] = value / 100.0
    if extras.pop(TRACKING_STATUS, 1.0) == 0.0:
        return IFacialMocapFrame(reading, extras, is_face=False)
    if eyes:
        # One gaze for both eyes: the mean, in which their convergence on the phone cancels out.
        reading.set_gaze("yaw", radians(sum(yaw for yaw, _ in eyes) / len(eyes)))
        reading.set_gaze("pitch", radians(sum(pitch for _, pitch in eyes) / len(eyes)))
    if reading.is_empty:
        if reading.refusals:
            return reading.refusals[0]
        return Refusal(
            "not iFacialMocap", f"got {datagram[:40]!r}, expected names and values separated by '|'"
        )
    return IFacialMocapFrame(reading, extras)


def _read_bone(
    reading: FaceReading, eyes: list[tuple[float, float]], name: str, text: str, has_point: bool
) -> Refusal | None:
    """Read the head or an eye; return a refusal of the whole frame where its numbers are not clear."""
    if name not in _BONES:
        return None
    parts = split_numbers(text, _BONES[name], has_point=has_point)
    if parts is None or (name == "head" and not has_point and not _is_whole_head(parts)):
        return _unclear(name, text)
    numbers = [_number(reading, name, part) for part in parts]
    if len(numbers) < 3 or None in numbers:
        reading.refuse("unreadable numbers", f"{name}#{text[:60]!r}, expected 6 for the head, 3 for an eye")
        return None
    rx, ry, rz, *place = [number for number in numbers if number is not None]
    if name != "head":
        eyes.append((ry, -rx))
        return None
    reading.set_rotation("yaw", radians(ry))
    reading.set_rotation("pitch", radians(-rx))
    reading.set_rotation("roll", radians(rz))
    for channel, metres in zip("xyz", place, strict=False):
        reading.set_position(channel, metres)
    return None


def _is_whole_head(parts: list[str]) -> bool:
    """Whether a head without decimal points is what it seems.

    Three angles with decimal commas look like six whole numbers, but no head is whole metres away from a phone: only
    where the position is 0 these are six.
    """
    if any("." in part for part in parts) or (len(parts) in (3, 6) and set(parts[3:]) <= {"0", "-0"}):
        return True
    return not has_other_reading(parts, 3)


def _unclear(name: str, text: str) -> Refusal:
    return Refusal(
        "ambiguous numbers",
        f"{name[:40]} {text[:60]!r} can be read in several ways; set the phone to a language with decimal points",
    )


def _number(reading: FaceReading, name: str, text: str) -> float | None:
    try:
        return float(point_number(text) if "," in text else text)
    except ValueError:
        reading.refuse("unreadable numbers", f"{name[:40]!r} with {text[:40]!r}, expected a number")
        return None


class IFacialMocapTracker:
    """Phones with iFacialMocap, or the vendor's program on a PC. A `DatagramTracker` and `GreetingTracker`."""

    name = "ifacialmocap"
    udp_ports: tuple[int, ...] = (PORT,)
    is_whole = True

    def __init__(self, phone: str | None = None, *, phone_port: int = PORT) -> None:
        """A tracker without senders.

        Args:
            phone: address of the phone to greet; None where the phone is set to send to this machine.
            phone_port: the UDP port on which it receives greetings.
        """
        self._requests = FrameRequests(phone, phone_port, (HELLO + VERSION_2, HELLO))
        self._live = FrozenFaces()

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one frame; it is one observation."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        observation = self._live(frame.observation(source_id(self.name, sender), now_ns))
        return FeedResult((observation,), tuple(frame.reading.refusals))

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """The hello, alternately for version 2 and 1, until observations arrive."""
        return self._requests.due(now_ns, heard_ns)


class FrameRequests:
    """Schedules the greetings that ask a phone for frames: every `HELLO_EVERY_NS` while it is silent."""

    def __init__(self, phone: str | None, port: int, hellos: tuple[bytes, ...]) -> None:
        """A schedule whose first greeting is due at once.

        Args:
            phone: address of the phone; None = never ask.
            port: the UDP port on which it receives greetings.
            hellos: sent in turn, since older phones do not know all of them.
        """
        self._phone = phone
        self._port = port
        self._hellos = hellos
        self._sent = 0
        self._sent_ns = 0

    def due(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """The greeting to send now: one or none."""
        # The absolute difference, so that a clock that was set back does not stop the greetings.
        if self._phone is None or abs(now_ns - max(heard_ns, self._sent_ns)) < HELLO_EVERY_NS:
            return ()
        hello = self._hellos[self._sent % len(self._hellos)]
        self._sent, self._sent_ns = self._sent + 1, now_ns
        return (Greeting(self._phone, self._port, hello),)
