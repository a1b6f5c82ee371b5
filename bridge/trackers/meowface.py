"""MeowFace (Android): VTube Studio's JSON, or iFacialMocap's text with spaces; the first byte tells which.

    tracker = MeowFaceTracker()   # set this machine's address and port in the app

Source: four independent receivers; the app has no specification. Unlike VTube Studio's JSON (`vts_phone`): names
begin with a lower-case letter, browInnerUp is split into browInnerUpLeft and browInnerUpRight, there are about 42
shapes, FaceFound is always true, Position always zero, Hotkey always -1, and EyeLeft and EyeRight diverge, so that
gaze is computed from the eyeLook coefficients, with the text too. VNyanPos is the position that the user has given
the head: metres, in the axes of Position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.observation import Observation
from bridge.trackers import ifacialmocap, vts_phone
from bridge.trackers.face_reading import FaceReading, time_ns
from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal

PORT: Final = 12345


@dataclass(frozen=True, slots=True)
class MeowFaceFrame:
    """One datagram of either format.

    Attributes:
        reading: coefficients and head.
        is_face: whether the phone sees a face.
        sender_time_ns: the phone's clock, nanoseconds; 0 with the text, which has none.
    """

    reading: FaceReading
    is_face: bool = True
    sender_time_ns: int = 0


def parse(datagram: bytes) -> MeowFaceFrame | Refusal:
    """Parse a frame: JSON if its first byte after spaces is "{", otherwise text."""
    if not datagram.lstrip().startswith(b"{"):
        text = ifacialmocap.parse(datagram)
        if isinstance(text, Refusal):
            return Refusal(text.reason.replace("not iFacialMocap", "not MeowFace"), text.detail)
        text.reading.gaze.clear()
        return MeowFaceFrame(text.reading, text.is_face)
    frame = vts_phone.parse(datagram)
    if isinstance(frame, Refusal):
        return frame
    reading = vts_phone.read(frame)
    if frame.VNyanPos is not None:
        reading.set_position("x", -frame.VNyanPos.x)
        reading.set_position("y", frame.VNyanPos.y)
        reading.set_position("z", -frame.VNyanPos.z)
    return MeowFaceFrame(reading, frame.FaceFound, time_ns(frame.Timestamp, 1e6))


class MeowFaceTracker:
    """Phones with MeowFace. A `DatagramTracker`."""

    name = "meowface"
    udp_ports: tuple[int, ...] = (PORT,)
    is_whole = True

    def __init__(self) -> None:
        """A tracker without senders."""
        self._live = FrozenFaces()

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one frame; it is one observation."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        source = source_id(self.name, sender)
        if not frame.is_face:
            return FeedResult((Observation(source, is_face=False, receive_time_ns=now_ns),))
        observation = self._live(frame.reading.observation(source, now_ns, frame.sender_time_ns))
        return FeedResult((observation,), tuple(frame.reading.refusals))
