"""VmcFace: collects the OSC messages of one VMC sender and converts them to ControlMessages.

    face = VmcFace("vmc:127.0.0.1:50000")
    made = face.feed(parse_osc(datagram), now_s)      # after every datagram
    made = face.flush(now_s)                          # regularly, also without a datagram

Clips (blend values) are kept across datagrams and committed on /VMC/Ext/Blend/Apply, or 50 ms after the
first uncommitted one for senders that never send Apply. Bones are committed at the end of their datagram.
Clips, bones and the gaze's target hold for `HOLD_S` after they were sent, and end with the sender's model.
Positions are ignored, because face applications send zeros. Other addresses are ignored, as the protocol
requires.

Source: VMC protocol 3.1 (protocol.vmc.info); docs/protocol.md holds the mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Final, NamedTuple

from protocol.channels import CHANNELS, LAYERS
from protocol.codec import Refusal, Refusals
from protocol.messages import ControlMessage, LayerName
from protocol.osc.control import number
from protocol.osc.parse import OscArgument, OscMessage
from protocol.osc.rotation import IDENTITY, Quaternion, from_unity, product, towards, yaw_pitch_roll
from protocol.osc.vmc_clips import HOLD_S, MAX_CLIPS, VmcClips

PREFIX: Final = "/VMC/"
#: Longest time that clips wait for an Apply.
APPLY_TIMEOUT_S: Final = 0.05
#: Clips this far outside 0..1 (gains and filters overshoot) are set to the limit; beyond it they are refused.
OVERSHOOT: Final = 0.5

#: Messages that name the sender's model: a local file (path, title) or one of a service.
_MODELS: Final = ("/VMC/Ext/VRM", "/VMC/Ext/Remote")
_EYES: Final = ("LeftEye", "RightEye")
_BONES: Final = frozenset(("Neck", "Head", *_EYES))
_LIMITS: Final = {layer: {c.name: (c.low, c.high) for c in CHANNELS if c.layer == layer} for layer in LAYERS}


class VmcMotion(NamedTuple):
    """The ControlMessages that one datagram committed, and the refusals."""

    messages: list[ControlMessage]
    refusals: list[Refusal]


class VmcFace:
    """The state of one VMC sender. Belongs to one thread; takes the time as an argument."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._clips = VmcClips()
        self._bones: dict[str, Quaternion] = {}
        self._heard_s: dict[str, float] = {}  # bones, and "target": when they were sent
        self._target: tuple[float, float] | None = None  # gaze yaw and pitch of /VMC/Ext/Set/Eye
        self._models: dict[str, list[str]] = {}  # address -> path, title and hash that it named last
        self._waiting_since_s: float | None = None
        self._sends_apply = True

    def feed(self, messages: Sequence[OscMessage], now_s: float) -> VmcMotion:
        """Process one datagram's messages, in order."""
        made: list[ControlMessage] = []
        refusals = Refusals()
        moved: set[str] = set()
        for address, arguments in messages:
            if address == "/VMC/Ext/Blend/Val":
                refused = self._take_clip(arguments, now_s)
            elif address == "/VMC/Ext/Blend/Apply":
                self._sends_apply = True
                made += self._commit_clips(now_s)
                continue
            elif address == "/VMC/Ext/Bone/Pos":
                refused = self._take_bone(arguments, moved, now_s)
            elif address == "/VMC/Ext/Set/Eye":
                refused = self._take_target(arguments, moved, now_s)
            elif address in _MODELS:
                self._take_model(address, arguments, moved)
                continue
            else:
                continue
            if refused is not None:
                refusals.add(refused.reason, refused.detail)
        if self._waiting_since_s is not None and not self._sends_apply:
            made += self._commit_clips(now_s)
        made += self._commit_bones(moved, now_s)
        return VmcMotion(made, list(refusals.all()))

    def flush(self, now_s: float) -> list[ControlMessage]:
        """Commit clips that have waited 50 ms for an Apply; after that every datagram commits until an Apply comes."""
        if self._waiting_since_s is None or now_s - self._waiting_since_s < APPLY_TIMEOUT_S:
            return []
        self._sends_apply = False
        return self._commit_clips(now_s)

    @property
    def is_waiting(self) -> bool:
        """Whether clips wait for an Apply."""
        return self._waiting_since_s is not None

    def _take_clip(self, arguments: tuple[OscArgument, ...], now_s: float) -> Refusal | None:
        name, sent = arguments[:2] if len(arguments) > 1 else (None, None)
        if not isinstance(name, str) or not isinstance(sent, (float, int)):
            return Refusal("wrong OSC arguments", "/VMC/Ext/Blend/Val expects a name and a number")
        value = float(sent)
        if not 0.0 <= value <= 1.0:
            if not -OVERSHOOT <= value <= 1.0 + OVERSHOOT:
                reason = "out of range" if isfinite(value) else "non-finite value"
                return Refusal(reason, f"VMC clip {name[:40]!r} = {value:g}, expected 0 to 1")
            value = min(max(value, 0.0), 1.0)
        if not self._clips.put(name, value, now_s):
            return Refusal("too many VMC clips", f"{self._source} names more than {MAX_CLIPS}")
        if self._waiting_since_s is None:
            self._waiting_since_s = now_s
        return None

    def _take_bone(self, arguments: tuple[OscArgument, ...], moved: set[str], now_s: float) -> Refusal | None:
        name = arguments[0] if arguments else None
        if not isinstance(name, str) or name not in _BONES:
            return None
        numbers = [value for value in map(number, arguments[4:8]) if value is not None]
        if len(numbers) < 4:
            return Refusal("wrong OSC arguments", "/VMC/Ext/Bone/Pos expects a name and seven numbers")
        rotation = from_unity((numbers[0], numbers[1], numbers[2], numbers[3]))
        if rotation is None:
            return Refusal("non-finite value", f"VMC bone {name}: {numbers} is no rotation")
        self._bones[name] = rotation
        self._heard_s[name] = now_s
        moved.add(name)
        return None

    def _take_target(
        self, arguments: tuple[OscArgument, ...], moved: set[str], now_s: float
    ) -> Refusal | None:
        numbers = [value for value in map(number, arguments[:4]) if value is not None]
        if len(numbers) < 4:
            return Refusal("wrong OSC arguments", "/VMC/Ext/Set/Eye expects four numbers")
        if not all(map(isfinite, numbers)):
            return Refusal("non-finite value", f"VMC gaze target {numbers}")
        enabled, x, y, z = numbers
        self._target = towards(x, y, z) if enabled and (x, y, z) != (0.0, 0.0, 0.0) else None
        self._heard_s["target"] = now_s
        moved.add("target")
        return None

    def _take_model(self, address: str, arguments: tuple[OscArgument, ...], moved: set[str]) -> None:
        """Begin again where the sender names another model than before: its clips and bones are others."""
        model = [argument for argument in arguments if isinstance(argument, str)]
        if self._models.get(address, model) != model:
            self._clips.forget()
            self._bones.clear()
            self._heard_s.clear()
            self._target = None
            moved.clear()
        self._models[address] = model

    def _forget_silent(self, now_s: float) -> None:
        """Forget the bones and the target that were not sent for HOLD_S; also where the clock was set back."""
        for name in [name for name, heard_s in self._heard_s.items() if abs(now_s - heard_s) > HOLD_S]:
            del self._heard_s[name]
            self._bones.pop(name, None)
            if name == "target":
                self._target = None

    def _commit_clips(self, now_s: float) -> list[ControlMessage]:
        self._waiting_since_s = None
        self._forget_silent(now_s)
        with_gaze = self._target is None and self._bones.keys().isdisjoint(_EYES)
        return [
            self._control(layer, values.items(), weight)
            for layer, values, weight in self._clips.layers(now_s, with_gaze=with_gaze)
        ]

    def _commit_bones(self, moved: set[str], now_s: float) -> list[ControlMessage]:
        if not moved:
            return []
        self._forget_silent(now_s)
        made = []
        if "Head" in moved or "Neck" in moved:
            # Some applications split the rotation between neck and head; local rotations multiply.
            turn = product(self._bones.get("Neck", IDENTITY), self._bones.get("Head", IDENTITY))
            made.append(
                self._control("pose", zip(("yaw", "pitch", "roll"), yaw_pitch_roll(turn), strict=True))
            )
        if self._target is not None and "target" in moved:
            made.append(self._control("gaze", zip(("yaw", "pitch"), self._target, strict=True)))
        elif self._target is None and not moved.isdisjoint(_EYES):
            turns = [yaw_pitch_roll(self._bones[eye]) for eye in _EYES if eye in self._bones]
            yaw = sum(turn[0] for turn in turns) / len(turns)
            pitch = sum(turn[1] for turn in turns) / len(turns)
            made.append(self._control("gaze", (("yaw", yaw), ("pitch", pitch))))
        return made

    def _control(
        self, layer: LayerName, values: Iterable[tuple[str, float]], weight: float = 1.0
    ) -> ControlMessage:
        """A ControlMessage with values set to the layer's limits: a head that turns further is not an error."""
        limits = _LIMITS[layer]
        within = {}
        for name, value in values:
            low, high = limits[name]
            within[name] = value if low <= value <= high else min(max(value, low), high)
        return ControlMessage(layer=layer, source=self._source, values=within, weight=weight)
