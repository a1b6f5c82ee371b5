"""VMC senders, on UDP 39539 (the avatar port) and 39540 (the port of face-only applications).

    tracker = VmcTracker()

The runtime receives VMC itself; this tracker adds a profile per sender: signs, gains, mirror and rest. Senders of
blendshapes alone, without bones or root, are accepted too.

Source: VMC protocol 3.1 (protocol.vmc.info); `protocol.osc.vmc` holds the mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Final

import numpy as np

from bridge.observation import Observation
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.codec import Refusal
from protocol.errors import OscError
from protocol.messages import VMC_PORT, ControlMessage
from protocol.osc.parse import OscMessage, parse_osc
from protocol.osc.vmc import PREFIX, VmcFace

#: The port on which a VMC Performer listens for face-only applications.
ASSISTANT_PORT: Final = 39540


def parse(datagram: bytes) -> list[OscMessage] | Refusal:
    """The messages of a datagram with VMC messages; `VmcFace` skips those under other addresses."""
    try:
        messages = parse_osc(datagram)
    except OscError as error:
        return Refusal(error.reason, error.detail)
    if messages and not any(address.startswith(PREFIX) for address, _ in messages):
        return Refusal("unknown OSC address", f"{messages[0][0][:80]}, expected {PREFIX}...")
    return messages


class VmcTracker:
    """Applications that send VMC, a `VmcFace` per sender. A `DatagramTracker` and `FlushingTracker`."""

    name: str = "vmc"
    udp_ports: tuple[int, ...] = (VMC_PORT, ASSISTANT_PORT)
    is_whole: bool = False

    def __init__(self) -> None:
        """A tracker without senders."""
        self._faces = PerSender(VmcFace)

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one datagram; its blendshapes become an observation when the sender commits them (Apply)."""
        messages = parse(datagram)
        if isinstance(messages, Refusal):
            return FeedResult(refusals=(messages,))
        source = source_id(self.name, sender)
        made, refusals = self._faces[source].feed(messages, now_ns * 1e-9)
        return FeedResult(_observed(source, made, now_ns), tuple(refusals))

    def flush(self, now_ns: int) -> FeedResult:
        """Commit values that have waited 50 ms for an Apply."""
        return FeedResult(
            tuple(
                observation
                for source, face in self._faces.items()
                if face.is_waiting
                for observation in _observed(source, face.flush(now_ns * 1e-9), now_ns)
            )
        )


def _observed(source: str, messages: Sequence[ControlMessage], now_ns: int) -> tuple[Observation, ...]:
    """The committed messages as one observation; the later of two values of a channel counts."""
    if not messages:
        return ()
    expression = [nan] * len(BLENDSHAPES)
    values: dict[str, dict[str, float]] = {"pose": {}, "gaze": {}, "emotion": {}}
    emotion_weight = 1.0
    for message in messages:
        if message.layer == "expression":
            for name, value in message.values.items():
                expression[INDEX[name]] = value
            continue
        values[message.layer] |= message.values
        if message.layer == "emotion":
            emotion_weight = message.weight
    return (
        Observation(
            source,
            expression=np.array(expression),
            pose=values["pose"],
            gaze=values["gaze"],
            emotion=values["emotion"],
            emotion_weight=emotion_weight,
            receive_time_ns=now_ns,
        ),
    )
