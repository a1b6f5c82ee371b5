"""iFacialMocap over TCP: greeted by UDP, the phone connects to this machine and sends the same text.

    tracker = IFacialMocapStreamTracker("192.168.1.5")

Source: ifacialmocap.com/for-developer: send "iFacialMocap_UDPTCP_..." by UDP to port 49983; the phone
connects, and each frame ends with "___iFacialMocap". The page prints the port as 49896, existing receivers
listen on 49986; both ports are opened.
"""

from __future__ import annotations

from typing import Final

from bridge.observation import Observation
from bridge.trackers.frozen_face import FrozenFaces
from bridge.trackers.ifacialmocap import MAX_BYTES, PORT, VERSION_2, FrameRequests, parse
from bridge.trackers.network_tracker import FeedResult, Greeting, StreamFeed
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal

TCP_PORTS: Final = (49986, 49896)
HELLO: Final = b"iFacialMocap_UDPTCP_sahuasouryya9218sauhuiayeta91555dy3719"
FRAME_END: Final = b"___iFacialMocap"


class IFacialMocapStreamTracker:
    """Phones that send over TCP. A `StreamTracker` and `GreetingTracker`."""

    name = "ifacialmocap"
    tcp_ports: tuple[int, ...] = TCP_PORTS

    def __init__(self, phone: str | None = None, *, phone_port: int = PORT) -> None:
        """A tracker without senders.

        Args:
            phone: address of the phone to greet; None only listens.
            phone_port: the UDP port on which it receives greetings.
        """
        self._requests = FrameRequests(phone, phone_port, (HELLO + VERSION_2, HELLO))
        self._heard_ns = 0

    def connect(self, sender: str) -> StreamFeed:
        """The parser of a phone's new connection."""
        return _Stream(self, sender)

    def greetings(self, now_ns: int, heard_ns: int = 0) -> tuple[Greeting, ...]:
        """The hello, until frames arrive by stream or, by `heard_ns`, by datagram."""
        return self._requests.due(now_ns, max(heard_ns, self._heard_ns))

    def heard(self, now_ns: int) -> None:
        """Note the time of a frame."""
        self._heard_ns = now_ns


class _Stream:
    """The parser of one connection: frames are cut at FRAME_END and parsed as datagrams are."""

    def __init__(self, tracker: IFacialMocapStreamTracker, sender: str) -> None:
        self._tracker = tracker
        self._source = source_id(tracker.name, sender)
        self._waiting = bytearray()
        self._live = FrozenFaces()

    def feed(self, chunk: bytes, now_ns: int) -> FeedResult:
        """Parse the next bytes, cut anywhere; at most MAX_BYTES of an unfinished frame are kept."""
        observations: list[Observation] = []
        refusals: list[Refusal] = []
        self._waiting += chunk
        *frames, rest = bytes(self._waiting).split(FRAME_END)
        for text in frames:
            frame = parse(text)
            if isinstance(frame, Refusal):
                refusals.append(frame)
                continue
            observations.append(self._live(frame.observation(self._source, now_ns)))
            refusals += frame.reading.refusals
        if len(rest) > MAX_BYTES:
            refusals.append(Refusal("too large", f"{len(rest)} bytes without {FRAME_END.decode()!r}"))
            rest = rest[-len(FRAME_END) :]
        self._waiting = bytearray(rest)
        if observations:
            self._tracker.heard(now_ns)
        return FeedResult(tuple(observations), tuple(refusals))
