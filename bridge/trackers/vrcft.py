"""VrcftTracker: VRCFaceTracking's OSC to VRChat, heard in VRChat's place on UDP 9000.

VRCFaceTracking sends what an avatar declares, and changed values only. So it is asked for everything on its own
port 9001; `bridge.ports.oscquery` declares an avatar for those versions that look for one. A face that holds
still is repeated for a while, because no value changes then.

Source: VRCFaceTracking (v2 parameters, OSCMain, BinaryBaseParameter); VRChat's documentation of OSC and of eye
tracking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isfinite, radians
from typing import Final

import numpy as np

from bridge.expressions.unified_expressions import UNIFIED_NAMES, read_unified
from bridge.observation import Observation
from bridge.trackers.network_tracker import FeedResult, Greeting
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from protocol.errors import OscError
from protocol.osc.parse import OscArgument, parse_osc

PARAMETERS: Final = "/avatar/parameters/"
MAX_SENDERS: Final = 32
#: Values a little outside -1..1 are a sender's gain; beyond this they are refused.
MOST: Final = 2.0
REPEAT_S: Final = 0.2
HOLD_S: Final = 5.0
GREET_S: Final = 2.0
#: ",T" to the port VRCFaceTracking hears VRChat on: "endpoint for external tools to force vrcft to send all".
GREETING: Final = Greeting("127.0.0.1", 9001, b"/vrcft/settings/forceRelevant\0\0\0,T\0\0")

#: "name1 name2 name4 name8" and "nameNegative": one bit a bool.
_BINARY: Final = re.compile(r"(.+?)(1|2|4|8|16|32|64|128|Negative)")
_ACTIVE: Final = ("EyeTrackingActive", "ExpressionTrackingActive", "LipTrackingActive")


@dataclass(slots=True)
class VrcftFrame:
    """What one datagram changes.

    Attributes:
        values: unified name -> float. bits: unified name -> bit (0: the sign) -> whether it is set.
        active: name of a tracking switch -> its state.
        eyes_degrees: left pitch and yaw, right pitch and yaw, + down and + right. closed: both lids, 0..1.
        refusals: what was wrong with some of its messages.
    """

    values: dict[str, float] = field(default_factory=dict)
    bits: dict[str, dict[int, bool]] = field(default_factory=dict)
    active: dict[str, bool] = field(default_factory=dict)
    eyes_degrees: tuple[float, float, float, float] | None = None
    closed: float | None = None
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it is about a face."""
        found = self.values or self.bits or self.active
        return not found and self.eyes_degrees is None and self.closed is None


def parse(datagram: bytes) -> VrcftFrame | Refusal:
    """What a datagram says about a face; parameters of other names are passed over."""
    try:
        messages = parse_osc(datagram)
    except OscError as error:
        return Refusal(error.reason, error.detail)
    if not any(address.startswith(("/avatar/", "/tracking/")) for address, _ in messages):
        return Refusal(
            "unknown OSC address", f"{messages[0][0][:80]}, expected {PARAMETERS}..." if messages else ""
        )
    frame = VrcftFrame()
    for address, arguments in messages:
        if address.startswith(PARAMETERS):
            _take_parameter(frame, address, arguments)
        elif address.startswith("/tracking/eye/"):
            _take_native_eyes(frame, address, arguments)
    return frame


def _take_parameter(frame: VrcftFrame, address: str, arguments: tuple[OscArgument, ...]) -> None:
    # Avatars may put prefixes before: /avatar/parameters/FT/v2/JawOpen.
    path = address.removeprefix(PARAMETERS)
    name = ("/" + path).rpartition("/v2/")[2]
    value = arguments[0] if arguments else None
    if isinstance(value, bool):
        # The bool of a float's own name is inverted (true below a threshold), and says nothing new.
        binary = _BINARY.fullmatch(name)
        if binary is not None and binary[1] in UNIFIED_NAMES:
            bit = 0 if binary[2] == "Negative" else int(binary[2])
            frame.bits.setdefault(binary[1], {})[bit] = value
        elif path.rpartition("/")[2] in _ACTIVE:
            frame.active[path.rpartition("/")[2]] = value
    elif name in UNIFIED_NAMES:
        if not isinstance(value, (float, int)):
            frame.refusals.append(Refusal("wrong OSC arguments", f"{address[:80]} expects a number"))
        elif not abs(value) <= MOST:
            reason = "out of range" if isfinite(value) else "non-finite value"
            frame.refusals.append(Refusal(reason, f"{address[:80]} = {value:g}, expected -1 to 1"))
        else:
            frame.values[name] = float(value)


def _take_native_eyes(frame: VrcftFrame, address: str, arguments: tuple[OscArgument, ...]) -> None:
    numbers = [float(a) for a in arguments if isinstance(a, (float, int)) and abs(a) <= 90.0]
    if address.endswith("/LeftRightPitchYaw") and len(numbers) == 4:
        frame.eyes_degrees = (numbers[0], numbers[1], numbers[2], numbers[3])
    elif address.endswith("/EyesClosedAmount") and len(numbers) == 1:
        frame.closed = min(max(numbers[0], 0.0), 1.0)
    else:
        frame.refusals.append(Refusal("wrong OSC arguments", f"{address[:80]}: {arguments!r}"[:200]))


class _Sender:
    """All that one sender has said so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.state = VrcftFrame()
        self.changed_ns = 0
        self.told_ns = 0

    def take(self, frame: VrcftFrame, now_ns: int) -> None:
        self.state.values |= frame.values
        for name, bits in frame.bits.items():
            self.state.bits.setdefault(name, {}).update(bits)
        self.state.active |= frame.active
        self.state.eyes_degrees = frame.eyes_degrees or self.state.eyes_degrees
        self.state.closed = self.state.closed if frame.closed is None else frame.closed
        self.changed_ns = now_ns

    def observe(self, now_ns: int) -> Observation:
        """The face as it is known now."""
        self.told_ns = now_ns
        state = self.state
        if state.active and not any(state.active.values()):
            return Observation(self.source, is_face=False, receive_time_ns=now_ns)
        binary = {name: _number(bits) for name, bits in state.bits.items()}
        face = read_unified(binary | state.values)
        gaze = face.gaze
        if not gaze and state.eyes_degrees is not None:
            left_pitch, left_yaw, right_pitch, right_yaw = map(radians, state.eyes_degrees)
            gaze = {"yaw": -(left_yaw + right_yaw) / 2, "pitch": -(left_pitch + right_pitch) / 2}
        for shape in ("eyeBlinkLeft", "eyeBlinkRight"):
            if state.closed is not None and np.isnan(face.expression[INDEX[shape]]):
                face.expression[INDEX[shape]] = state.closed
        return Observation(
            self.source, expression=face.expression, pose=face.pose, gaze=gaze, receive_time_ns=now_ns
        )


def _number(bits: dict[int, bool]) -> float:
    """The sender floors |value| x (2^n - 1) and sends n bits of it, of which the highest is seen here."""
    most = 2 * max(bits) - 1
    size = sum(bit for bit, is_set in bits.items() if is_set) / most if most > 0 else 0.0
    return -size if bits.get(0) else size


class VrcftTracker:
    """Every sender's state. Contract: `bridge.trackers.network_tracker.DatagramTracker`."""

    name: str = "vrcft"
    udp_ports: tuple[int, ...] = (9000,)
    is_whole: bool = False

    def __init__(self) -> None:
        self._senders: dict[str, _Sender] = {}  # the one that was silent longest comes first
        self._greeted_ns = 0

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Take one datagram: one observation of the whole face, if anything in it was about a face."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        if frame.is_empty:
            return FeedResult(refusals=tuple(frame.refusals))
        known = self._senders.pop(sender, None) or _Sender(f"{self.name}:{sender}"[:64])
        while len(self._senders) >= MAX_SENDERS:
            del self._senders[next(iter(self._senders))]
        self._senders[sender] = known
        known.take(frame, now_ns)
        return FeedResult((known.observe(now_ns),), tuple(frame.refusals))

    def flush(self, now_ns: int) -> FeedResult:
        """Repeat a face that holds still: every 0.2 s, up to 5 s after its last change."""
        still = [
            sender
            for sender in self._senders.values()
            if now_ns - sender.told_ns >= REPEAT_S * 1e9 and now_ns - sender.changed_ns <= HOLD_S * 1e9
        ]
        return FeedResult(tuple(sender.observe(now_ns) for sender in still))

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """Ask for every parameter, again every two seconds while nothing comes."""
        if now_ns - max(self._greeted_ns, heard_ns) < GREET_S * 1e9:
            return ()
        self._greeted_ns = now_ns
        return (GREETING,)
