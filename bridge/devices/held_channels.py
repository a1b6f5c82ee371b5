"""Channels that keys, knobs and sticks hold, as the ControlMessages that keep them held.

    held = HeldChannels("midi")
    held.set(Target("emotion", "happy"), 0.8)
    messages = held.messages(now_s=..., now_ns=...)      # call often: it sends when something changed, or again

A controller speaks only when something changes and a message's time to live is short, so what is held is sent
again and again; what is let go is simply not sent any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.sending.sequence import first_sequence
from protocol.channels import CHANNEL_INDEX, CHANNELS, EMOTIONS
from protocol.messages import ControlMessage, LayerName

#: Short, so that what is let go is soon let go; and several times the pause between two messages.
TTL_S: Final = 0.25
REPEAT_S: Final = 0.06
#: Layers that a controller may drive, in the order in which a bare channel name is looked for. Valence and
#: arousal come before gaze, which has no name of its own: `gaze.yaw`.
BOUND_LAYERS: Final[tuple[LayerName, ...]] = ("emotion", "expression", "pose", "gaze", "view")
#: A stick at its end turns this far: the limits are for what no neck does.
FULL_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Target:
    """One channel that a control moves."""

    layer: LayerName
    channel: str

    def __str__(self) -> str:
        return f"{self.layer}.{self.channel}"

    @property
    def is_signed(self) -> bool:
        """Whether the channel goes to both sides of its neutral value."""
        known = CHANNELS[CHANNEL_INDEX[self.layer][self.channel]]
        return known.low < known.neutral

    def value(self, amount: float) -> float:
        """The channel's value for -1..1: neutral at 0, most of the way to its limits at the ends."""
        known = CHANNELS[CHANNEL_INDEX[self.layer][self.channel]]
        amount = min(max(amount, -1.0), 1.0)
        end = known.high if amount >= 0.0 else known.low
        share = FULL_SHARE if self.layer in ("pose", "gaze", "view") else 1.0
        return known.neutral + abs(amount) * share * (end - known.neutral)


def read_target(text: str) -> Target | str:
    """`happy`, `jawOpen`, `pose.yaw` -> where that is; or what is wrong with it."""
    layer, dot, channel = text.strip().rpartition(".")
    for known in BOUND_LAYERS:
        if (not dot or layer == known) and channel in CHANNEL_INDEX[known]:
            return Target(known, channel)
    return f"{text!r} is no channel; write an emotion ({', '.join(EMOTIONS)}), jawOpen, pose.yaw or the like"


class HeldChannels:
    """What is held now. Belongs to one thread; time is an argument."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._values: dict[Target, float] = {}
        self._changed: set[LayerName] = set()
        self._sent_s: dict[LayerName, float] = {}
        self._sequence = first_sequence()

    @property
    def held(self) -> dict[Target, float]:
        """Target -> the channel's value."""
        return dict(self._values)

    def set(self, target: Target, amount: float) -> None:
        """Hold a channel at -1..1 of its way; a control at rest, 0, leaves it to whoever else drives it."""
        if amount == 0.0:
            self.let_go(target)
            return
        value = target.value(amount)
        if self._values.get(target) != value:
            self._values[target] = value
            self._changed.add(target.layer)

    def let_go(self, target: Target) -> None:
        """Leave a channel to whoever else drives it."""
        self._values.pop(target, None)

    def let_go_of_all(self) -> None:
        """The controller is gone."""
        self._values.clear()

    def messages(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """What has to be sent now: layers that changed, and those that would run out.

        On the emotion layer the strongest one held is the weight with which all claim the face, and the values
        are shares of it: the runtime multiplies the two.
        """
        messages = []
        for layer in BOUND_LAYERS:
            values = {target.channel: v for target, v in self._values.items() if target.layer == layer}
            is_due = layer in self._changed or now_s - self._sent_s.get(layer, 0.0) >= REPEAT_S
            if not values or not is_due:
                continue
            self._sent_s[layer] = now_s
            self._sequence += 1
            weight = 1.0
            if layer == "emotion":
                weight = max(abs(value) for value in values.values())
                values = {channel: value / weight for channel, value in values.items()}
            messages.append(
                ControlMessage(
                    layer=layer,
                    source=self._source,
                    values=values,
                    weight=weight,
                    ttl_s=TTL_S,
                    sequence=self._sequence,
                    capture_time_ns=now_ns,
                )
            )
        self._changed.clear()
        return tuple(messages)
