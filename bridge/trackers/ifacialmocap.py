"""iFacialMocap (iPhone): text datagrams, one frame each; also what Facemotion3D and MeowFace speak.

    tracker = IFacialMocapTracker("192.168.1.5")   # asks that phone; None: waits for phones that send unasked

Source: ifacialmocap.com/for-developer, and the vendor's receiver for Unity. The text:

    mouthSmile_R-0|eyeBlink_L-7|...|=head#-21.4,-6.0,-6.6,-0.03,-0.10,-0.65|rightEye#6.0,2.4,0.2|leftEye#...|

    name-value or name&value   "&" where version 2 was asked for, whose values may be negative; 100 is 1
    =head#rx,ry,rz,x,y,z       degrees, metres
    rightEye#rx,ry,rz          degrees
    leftEye#rx,ry,rz

Axes: ARKit's, which are ours: +X to the subject's left, +Y up, +Z out of the face. So yaw is ry, roll is rz,
and pitch is -rx, since a positive turn about +X brings the nose down; places are relative to the phone.
(The vendor's own receiver turns a Unity head by (rx, -ry, -rz), which is the same after Unity's flip of X.)
Names that are not known are other versions' extras, and are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Final

from bridge.trackers.face_reading import FaceReading
from bridge.trackers.network_tracker import FeedResult, Greeting
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal

PORT: Final = 49983
HELLO: Final = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
#: Appended to the hello: values may be negative, and names and values are parted by "&".
VERSION_2: Final = b"|sendDataVersion=v2"
HELLO_EVERY_NS: Final = 1_500_000_000

MAX_BYTES: Final = 16 * 1024  # a frame has about 960
MAX_PARTS: Final = 256  # a frame has about 60


@dataclass(frozen=True, slots=True)
class IFacialMocapFrame:
    """One frame of the text.

    Attributes:
        reading: coefficients, head and eyes.
        extras: the values, 0..1, of names that are no blendshape of ARKit's.
    """

    reading: FaceReading
    extras: dict[str, float]


def parse(datagram: bytes) -> IFacialMocapFrame | Refusal:
    """A frame of either version, with or without spaces, in any order."""
    if len(datagram) > MAX_BYTES:
        return Refusal("too large", f"got {len(datagram)} bytes of text, expected at most {MAX_BYTES}")
    text = datagram.decode("utf-8", "replace").replace(" ", "")
    reading, extras = FaceReading(), dict[str, float]()
    eyes: list[tuple[float, float]] = []
    parts = text.split("|", MAX_PARTS)
    for part in parts[:MAX_PARTS]:
        name, hash_sign, numbers = part.partition("#")
        if hash_sign:
            _read_bone(reading, eyes, name.lstrip("="), numbers)
            continue
        # "Names contain neither": the first "-" parts, a second one is a sign.
        separator = "&" if "&" in part else "-"
        name, found, number = part.partition(separator)
        if found:
            value = _number(reading, name, number)
            if value is not None and not reading.set_named(name, value / 100.0) and -1e4 < value < 1e4:
                extras[name] = value / 100.0
    if eyes:
        # Both eyes share one gaze: the mean, which also takes out that they meet on the phone.
        reading.set_gaze("yaw", radians(sum(yaw for yaw, _ in eyes) / len(eyes)))
        reading.set_gaze("pitch", radians(sum(pitch for _, pitch in eyes) / len(eyes)))
    if reading.is_empty:
        if reading.refusals:
            return reading.refusals[0]
        return Refusal("not iFacialMocap", f"got {datagram[:40]!r}, expected names and values parted by '|'")
    return IFacialMocapFrame(reading, extras)


def _read_bone(reading: FaceReading, eyes: list[tuple[float, float]], name: str, text: str) -> None:
    if name not in ("head", "rightEye", "leftEye"):
        return
    numbers = [_number(reading, name, part) for part in text.split(",", 6)[:6]]
    if len(numbers) < 3 or None in numbers:
        reading.refuse("unreadable numbers", f"{name}#{text[:60]!r}, expected 6 for the head, 3 for an eye")
        return
    rx, ry, rz, *place = [number for number in numbers if number is not None]
    if name != "head":
        eyes.append((ry, -rx))
        return
    reading.set_rotation("yaw", radians(ry))
    reading.set_rotation("pitch", radians(-rx))
    reading.set_rotation("roll", radians(rz))
    for channel, metres in zip("xyz", place, strict=False):
        reading.set_position(channel, metres)


def _number(reading: FaceReading, name: str, text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        reading.refuse("unreadable numbers", f"{name[:40]!r} with {text[:40]!r}, expected a number")
        return None


class IFacialMocapTracker:
    """Phones with iFacialMocap, or the vendor's program on a PC. A `DatagramTracker`.

    Args:
        phone: address of the phone to ask for frames; None where the phone was given this machine's address.
        phone_port: where it waits to be asked.
    """

    name = "ifacialmocap"
    udp_ports: tuple[int, ...] = (PORT,)
    is_whole = True

    def __init__(self, phone: str | None = None, *, phone_port: int = PORT) -> None:
        self._asks = Asking(phone, phone_port, (HELLO + VERSION_2, HELLO))

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """One frame is one observation."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        source = source_id(self.name, sender)
        return FeedResult((frame.reading.observation(source, now_ns),), tuple(frame.reading.refusals))

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """The hello, in turn for version 2 and 1, while nothing comes."""
        return self._asks.due(now_ns, heard_ns)


class Asking:
    """Asks a phone for frames every `HELLO_EVERY_NS` for as long as it is silent.

    Args:
        hellos: said in turn: older phones know fewer of them.
    """

    def __init__(self, phone: str | None, port: int, hellos: tuple[bytes, ...]) -> None:
        self._phone = phone
        self._port = port
        self._hellos = hellos
        self._asked = 0
        self._asked_ns = 0

    def due(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """What to send now: one hello or nothing."""
        # A clock that was set back must not silence the question, hence the absolute distance.
        if self._phone is None or abs(now_ns - max(heard_ns, self._asked_ns)) < HELLO_EVERY_NS:
            return ()
        hello = self._hellos[self._asked % len(self._hellos)]
        self._asked, self._asked_ns = self._asked + 1, now_ns
        return (Greeting(self._phone, self._port, hello),)
