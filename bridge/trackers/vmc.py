"""VmcTracker: VMC senders on UDP 39539 (as for an avatar) and 39540 (as face-only applications send).

The runtime takes VMC itself; here a sender gets a profile: signs, gains, mirror and rest. Applications that send a
face alone, without bones or root, are taken as they are.

Source: VMC protocol 3.1 (protocol.vmc.info); `protocol.osc.vmc` holds the mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bridge.observation import Observation
from bridge.trackers.network_tracker import FeedResult
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.codec import Refusal
from protocol.errors import OscError
from protocol.messages import VMC_PORT, ControlMessage
from protocol.osc.parse import OscMessage, parse_osc
from protocol.osc.vmc import PREFIX, VmcFace

#: Where a Performer listens for face-only applications.
ASSISTANT_PORT: Final = 39540
MAX_SENDERS: Final = 32


def parse(datagram: bytes) -> list[OscMessage] | Refusal:
    """A datagram's VMC messages; what stands among them under other addresses is passed over."""
    try:
        messages = parse_osc(datagram)
    except OscError as error:
        return Refusal(error.reason, error.detail)
    found = [message for message in messages if message[0].startswith(PREFIX)]
    if messages and not found:
        return Refusal("unknown OSC address", f"{messages[0][0][:80]}, expected {PREFIX}...")
    return found


class VmcTracker:
    """One VmcFace a sender. Contract: `bridge.trackers.network_tracker.DatagramTracker`."""

    name: str = "vmc"
    udp_ports: tuple[int, ...] = (VMC_PORT, ASSISTANT_PORT)
    is_whole: bool = False

    def __init__(self) -> None:
        self._faces: dict[str, VmcFace] = {}  # the sender that was silent longest comes first

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Take one datagram; its clips are observed when the sender commits them."""
        messages = parse(datagram)
        if isinstance(messages, Refusal):
            return FeedResult(refusals=(messages,))
        source = f"{self.name}:{sender}"[:64]
        face = self._faces.pop(source, None) or VmcFace(source)
        while len(self._faces) >= MAX_SENDERS:
            del self._faces[next(iter(self._faces))]
        self._faces[source] = face
        made, refusals = face.feed(messages, now_ns * 1e-9)
        return FeedResult(_observed(source, made, now_ns), tuple(refusals))

    def flush(self, now_ns: int) -> FeedResult:
        """Commit what waited 50 ms for an Apply."""
        return FeedResult(
            tuple(
                observation
                for source, face in self._faces.items()
                if face.is_waiting
                for observation in _observed(source, face.flush(now_ns * 1e-9), now_ns)
            )
        )


def _observed(source: str, messages: Sequence[ControlMessage], now_ns: int) -> tuple[Observation, ...]:
    """What one datagram committed, as one observation; of two values of a channel the later one."""
    if not messages:
        return ()
    expression = np.full(len(BLENDSHAPES), np.nan)
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
            expression=expression,
            pose=values["pose"],
            gaze=values["gaze"],
            emotion=values["emotion"],
            emotion_weight=emotion_weight,
            receive_time_ns=now_ns,
        ),
    )
