"""Facemotion3D (iPhone): iFacialMocap's text with "&" and full names, and two emotions of its own.

    tracker = Facemotion3DTracker("192.168.1.5")

Source: facemotion3d.net/for-developer: "FACEMOTION3D_OtherStreaming" to UDP port 49993. The page says that
the phone answers to 49993, while its sample listens on 49983; both ports are opened. Axes as in `ifacialmocap`.

Its extra shapes FM_SAD and FM_ANGRY drive the emotion layer; FM_VF, FM_TH and FM_browUp* only repeat
what ARKit's shapes say, and are skipped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.ifacialmocap import FrameRequests, parse
from bridge.trackers.network_tracker import FeedResult, Greeting
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal

PORT: Final = 49993
ANSWER_PORT: Final = 49983
HELLO: Final = b"FACEMOTION3D_OtherStreaming"
EMOTION_OF: Final = {"FM_SAD": "sad", "FM_ANGRY": "angry"}


class Facemotion3DTracker:
    """Phones with Facemotion3D. A `DatagramTracker` and `GreetingTracker`."""

    name = "facemotion3d"
    udp_ports: tuple[int, ...] = (PORT, ANSWER_PORT)
    is_whole = True

    def __init__(self, phone: str | None = None, *, phone_port: int = PORT) -> None:
        """A tracker without senders.

        Args:
            phone: address of the phone to greet; None only listens.
            phone_port: the UDP port on which it receives greetings.
        """
        self._requests = FrameRequests(phone, phone_port, (HELLO,))
        self._live = FrozenFaces()

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one frame; it is one observation."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        observation = self._live(frame.observation(source_id(self.name, sender), now_ns))
        emotion = {
            EMOTION_OF[name]: min(max(value, 0.0), 1.0)
            for name, value in frame.extras.items()
            if name in EMOTION_OF
        }
        if observation.is_face and any(emotion.values()):
            weight = min(sum(emotion.values()), 1.0)
            observation = replace(observation, emotion=emotion, emotion_weight=weight)
        return FeedResult((observation,), tuple(frame.reading.refusals))

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """The hello, until observations arrive."""
        return self._requests.due(now_ns, heard_ns)
