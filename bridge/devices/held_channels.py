"""HeldChannels: the values that keys, knobs and sticks hold, as ControlMessages that repeat them.

    held = HeldChannels("midi")
    held.set(Target("emotion", "happy"), 0.8)
    messages = held.messages(now_s=..., now_ns=...)      # call often: gives changes at once, and repeats

A controller reports changes only, and the messages' time to live is short, so held values are repeated; released
channels are no longer sent, and the runtime fades them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.sending.sequence import first_sequence
from protocol.channels import CHANNEL_INDEX, CHANNELS, EMOTIONS
from protocol.messages import ControlMessage, LayerName

#: Time to live: short, so that released channels end soon; several times REPEAT_S.
TTL_S: Final = 0.25
REPEAT_S: Final = 0.06
#: Layers that a controller may drive, in the order in which a channel name without a layer is looked up. A bare `yaw`
#: is the pose's; the gaze's is `gaze.yaw`.
BOUND_LAYERS: Final[tuple[LayerName, ...]] = ("emotion", "expression", "pose", "gaze", "view")
#: Full deflection of a stick reaches this share of a pose, gaze or view channel's limit.
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
        """Whether the channel has values on both sides of its neutral value."""
        known = CHANNELS[CHANNEL_INDEX[self.layer][self.channel]]
        return known.low < known.neutral

    def value(self, amount: float) -> float:
        """The channel's value for an amount of -1..1: neutral at 0, FULL_SHARE or all of its limit at the ends."""
        known = CHANNELS[CHANNEL_INDEX[self.layer][self.channel]]
        amount = min(max(amount, -1.0), 1.0)
        end = known.high if amount >= 0.0 else known.low
        share = FULL_SHARE if self.layer in ("pose", "gaze", "view") else 1.0
        return known.neutral + abs(amount) * share * (end - known.neutral)


def read_target(text: str) -> Target | str:
    """The target of a name such as `happy`, `jawOpen` or `pose.yaw`; an error message if there is none."""
    layer, dot, channel = text.strip().rpartition(".")
    for known in BOUND_LAYERS:
        if (not dot or layer == known) and channel in CHANNEL_INDEX[known]:
            return Target(known, channel)
    return (
        f"{text!r} is not a channel; write an emotion ({', '.join(EMOTIONS)}), jawOpen, pose.yaw or the like"
    )


class HeldChannels:
    """The held channels of one controller. Belongs to one thread; time is an argument."""

    def __init__(self, source: str) -> None:
        """No channel is held; `source` is the driver's name in the runtime."""
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
        """Hold a channel at an amount of -1..1; 0, a control at rest, releases it."""
        if amount == 0.0:
            self.release(target)
            return
        value = target.value(amount)
        if self._values.get(target) != value:
            self._values[target] = value
            self._changed.add(target.layer)

    def release(self, target: Target) -> None:
        """Stop driving a channel; other drivers may move it again."""
        self._values.pop(target, None)

    def release_all(self) -> None:
        """Release every channel, as when the controller is unplugged."""
        self._values.clear()

    def messages(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """The messages to send now: of layers that changed, and of those due for repetition.

        On the emotion layer the weight is the largest held value, and the values are relative to it: the runtime
        multiplies the two.
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
