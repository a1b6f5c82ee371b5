"""VRCFaceTracking, through the OSC that it sends to VRChat on UDP 9000.

    tracker = VrcftTracker()

VRCFaceTracking sends the parameters that an avatar declares, and only changed values. A greeting to its own port
9001 asks for all of them; `bridge.ports.oscquery` declares an avatar for versions that look for one. While no value
changes, the last face is repeated for up to 5 s; after that it is forgotten, and so it is when the avatar changes. A region
whose tracking is switched off is not reported.

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
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from protocol.errors import OscError
from protocol.osc.parse import OscArgument, parse_osc

PARAMETERS: Final = "/avatar/parameters/"
#: Larger values are refused; a sender's gain may exceed -1..1 a little.
MAX_VALUE: Final = 2.0
#: An unchanged face is repeated this often, and for this long.
REPEAT_S: Final = 0.2
HOLD_S: Final = 5.0
GREET_S: Final = 2.0
#: ",T" to the port on which VRCFaceTracking receives from VRChat: "endpoint for external tools to force vrcft to send all".
GREETING: Final = Greeting("127.0.0.1", 9001, b"/vrcft/settings/forceRelevant\0\0\0,T\0\0")

#: "name1 name2 name4 name8" and "nameNegative": each bool is one bit.
_BINARY: Final = re.compile(r"(.+?)(1|2|4|8|16|32|64|128|Negative)")
_EYE_ACTIVE: Final = "EyeTrackingActive"
_ACTIVE: Final = (_EYE_ACTIVE, "ExpressionTrackingActive", "LipTrackingActive")
_AVATAR: Final = "/avatar/change"


@dataclass(slots=True)
class VrcftFrame:
    """The values that one datagram changes.

    Attributes:
        values: unified name -> float. bits: unified name -> bit (0: the sign) -> whether it is set.
        active: tracking switch -> whether it is on.
        eyes_degrees: left pitch and yaw, right pitch and yaw, + down and + right; None = not sent.
        closed: both lids, 0..1; None = not sent.
        is_new_avatar: whether other parameters than before are sent from now on.
        refusals: the messages that were refused.
    """

    values: dict[str, float] = field(default_factory=dict)
    bits: dict[str, dict[int, bool]] = field(default_factory=dict)
    active: dict[str, bool] = field(default_factory=dict)
    eyes_degrees: tuple[float, float, float, float] | None = None
    closed: float | None = None
    is_new_avatar: bool = False
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the datagram has no face values."""
        found = self.values or self.bits or self.active
        return not found and self.eyes_degrees is None and self.closed is None


def parse(datagram: bytes) -> VrcftFrame | Refusal:
    """The face values of a datagram; other parameters are skipped."""
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
            _read_parameter(frame, address, arguments)
        elif address.startswith("/tracking/eye/"):
            _read_native_eyes(frame, address, arguments)
        elif address == _AVATAR:
            frame = VrcftFrame(is_new_avatar=True, refusals=frame.refusals)
    return frame


def _read_parameter(frame: VrcftFrame, address: str, arguments: tuple[OscArgument, ...]) -> None:
    # Avatars may add a prefix: /avatar/parameters/FT/v2/JawOpen.
    path = address.removeprefix(PARAMETERS)
    name = ("/" + path).rpartition("/v2/")[2]
    value = arguments[0] if arguments else None
    if isinstance(value, bool):
        # A bool under a float's own name is true below a threshold: it adds nothing to the float.
        binary = _BINARY.fullmatch(name)
        if binary is not None and binary[1] in UNIFIED_NAMES:
            bit = 0 if binary[2] == "Negative" else int(binary[2])
            frame.bits.setdefault(binary[1], {})[bit] = value
        elif path.rpartition("/")[2] in _ACTIVE:
            frame.active[path.rpartition("/")[2]] = value
    elif name in UNIFIED_NAMES:
        if not isinstance(value, (float, int)):
            frame.refusals.append(Refusal("wrong OSC arguments", f"{address[:80]} expects a number"))
        elif not abs(value) <= MAX_VALUE:
            reason = "out of range" if isfinite(value) else "non-finite value"
            frame.refusals.append(Refusal(reason, f"{address[:80]} = {value:g}, expected -1 to 1"))
        else:
            frame.values[name] = float(value)


def _read_native_eyes(frame: VrcftFrame, address: str, arguments: tuple[OscArgument, ...]) -> None:
    numbers = [float(a) for a in arguments if isinstance(a, (float, int)) and abs(a) <= 90.0]
    if address.endswith("/LeftRightPitchYaw") and len(numbers) == 4:
        frame.eyes_degrees = (numbers[0], numbers[1], numbers[2], numbers[3])
    elif address.endswith("/EyesClosedAmount") and len(numbers) == 1:
        frame.closed = min(max(numbers[0], 0.0), 1.0)
    else:
        frame.refusals.append(Refusal("wrong OSC arguments", f"{address[:80]}: {arguments!r}"[:200]))


class _Sender:
    """The current values of one sender."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.state = VrcftFrame()
        self.changed_ns = 0
        self.observed_ns = 0

    def update(self, frame: VrcftFrame, now_ns: int) -> None:
        """Apply the changes of one datagram."""
        if frame.is_new_avatar or now_ns - self.changed_ns > HOLD_S * 1e9:
            self.state = VrcftFrame()
        self.state.values |= frame.values
        for name, bits in frame.bits.items():
            self.state.bits.setdefault(name, {}).update(bits)
        self.state.active |= frame.active
        self.state.eyes_degrees = frame.eyes_degrees or self.state.eyes_degrees
        self.state.closed = self.state.closed if frame.closed is None else frame.closed
        self.changed_ns = now_ns

    def observe(self, now_ns: int) -> Observation:
        """An observation of the current values."""
        self.observed_ns = now_ns
        state = self.state
        if state.active and not any(state.active.values()):
            return Observation(self.source, is_face=False, receive_time_ns=now_ns)
        values = {name: _number(bits) for name, bits in state.bits.items()} | state.values
        has_eyes = state.active.get(_EYE_ACTIVE, True)
        if not all(state.active.values()):
            values = _of_active(values, state.active)
        face = read_unified(values)
        gaze = face.gaze
        if not gaze and has_eyes and state.eyes_degrees is not None:
            left_pitch, left_yaw, right_pitch, right_yaw = map(radians, state.eyes_degrees)
            gaze = {"yaw": -(left_yaw + right_yaw) / 2, "pitch": -(left_pitch + right_pitch) / 2}
        for shape in ("eyeBlinkLeft", "eyeBlinkRight"):
            if has_eyes and state.closed is not None and np.isnan(face.expression[INDEX[shape]]):
                face.expression[INDEX[shape]] = state.closed
        return Observation(
            self.source, expression=face.expression, pose=face.pose, gaze=gaze, receive_time_ns=now_ns
        )


def _of_active(values: dict[str, float], active: dict[str, bool]) -> dict[str, float]:
    """The values of the regions whose tracking is on; the head has no switch."""
    has_eyes = active.get(_EYE_ACTIVE, True)
    # The lower face has two names: the older LipTrackingActive and ExpressionTrackingActive.
    others = [is_on for name, is_on in active.items() if name != _EYE_ACTIVE]
    has_rest = any(others) or not others
    return {
        name: value
        for name, value in values.items()
        if name.startswith("Head/") or (has_eyes if name.startswith("Eye") else has_rest)
    }


def _number(bits: dict[int, bool]) -> float:
    """A value from its bits: the sender floors |value| x (2^n - 1) and sends n bits, n known from the highest."""
    most = 2 * max(bits) - 1
    size = sum(bit for bit, is_set in bits.items() if is_set) / most if most > 0 else 0.0
    return -size if bits.get(0) else size


class VrcftTracker:
    """VRCFaceTracking. A `DatagramTracker`, `FlushingTracker` and `GreetingTracker`."""

    name: str = "vrcft"
    udp_ports: tuple[int, ...] = (9000,)
    is_whole: bool = False

    def __init__(self) -> None:
        """A tracker without senders."""
        self._senders = PerSender(lambda sender: _Sender(source_id(self.name, sender)))
        self._greeted_ns = 0

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one datagram; one with face values gives an observation of all current values."""
        frame = parse(datagram)
        if isinstance(frame, Refusal):
            return FeedResult(refusals=(frame,))
        if frame.is_empty and not frame.is_new_avatar:
            return FeedResult(refusals=tuple(frame.refusals))
        known = self._senders[sender]
        known.update(frame, now_ns)
        if known.state.is_empty:
            return FeedResult(refusals=tuple(frame.refusals))
        return FeedResult((known.observe(now_ns),), tuple(frame.refusals))

    def flush(self, now_ns: int) -> FeedResult:
        """Repeat unchanged faces: every REPEAT_S, up to HOLD_S after the last change."""
        still = [
            sender
            for _, sender in self._senders.items()
            if now_ns - sender.observed_ns >= REPEAT_S * 1e9
            and now_ns - sender.changed_ns <= HOLD_S * 1e9
            and not sender.state.is_empty
        ]
        return FeedResult(tuple(sender.observe(now_ns) for sender in still))

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """Ask for every parameter, every GREET_S until observations arrive."""
        if now_ns - max(self._greeted_ns, heard_ns) < GREET_S * 1e9:
            return ()
        self._greeted_ns = now_ns
        return (GREETING,)
