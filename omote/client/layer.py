"""Layer: one driver's way to one layer of the face, with its own priority, weight and time to live."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from numbers import Integral, Real
from typing import Literal

from omote.client.errors import ValueRefusedError
from omote.client.suggestions import did_you_mean
from protocol.channels import CHANNEL_INDEX, LAYERS
from protocol.codec import check_control
from protocol.messages import ControlMessage, LayerName


@dataclass(frozen=True, slots=True)
class Layer:
    """Sends values to one layer. Any thread may use it; it never waits.

    Made by `Omote.layer`. docs/protocol.md says how drivers share a layer.

    Attributes:
        name: the layer.
        source: the driver's name; it owns channels under this name, so two drivers of one layer need two names.
        weight: 0..1, the share of these values against those of the drivers below.
        priority: -1000..1000; the highest wins, among equals the driver that began last.
        ttl_s: 0.05..60, how long values hold unless they are sent again, seconds.
        deliver: takes the checked message; returns whether a runtime is connected.
    """

    name: LayerName
    source: str
    weight: float
    priority: int
    ttl_s: float
    deliver: Callable[[ControlMessage], bool]

    def set(self, **values: float) -> bool:
        """Set channels, in competition with other drivers; channels that are not named stay with their owner.

        Args:
            values: channel=value, as in docs/protocol.md.

        Returns:
            Whether a runtime took the message. False = none is connected now, and the values are dropped.

        Raises:
            ValueRefusedError: an unknown channel, or a value out of range; nothing was sent.
        """
        return self._send("set", values)

    def add(self, **values: float) -> bool:
        """Add to the values of the channels' owner: weight x the distance from neutral. The rest as in `set`.

        Blendshapes and emotions may be negative here, to reduce a smile for example.
        """
        return self._send("add", values)

    def weighted(self, weight: float) -> Layer:
        """The same layer with another weight, for a fade."""
        return dataclasses.replace(self, weight=weight)

    def _send(self, mode: Literal["set", "add"], values: Mapping[str, float]) -> bool:
        message = ControlMessage(
            layer=self.name,
            source=self.source,
            values={name: _plain(value) for name, value in values.items()},
            mode=mode,
            weight=_plain(self.weight),
            priority=int(self.priority) if isinstance(self.priority, Integral) else self.priority,
            ttl_s=_plain(self.ttl_s),
        )
        _check_types(message)
        refusals = check_control(message).refusals
        if refusals:
            raise ValueRefusedError(
                "; ".join(
                    f"{refusal.reason}: {refusal.detail}"
                    + (self._suggestion(values) if refusal.reason == "unknown channel" else "")
                    for refusal in refusals
                )
            )
        return self.deliver(message)

    def _suggestion(self, values: Mapping[str, float]) -> str:
        channels = CHANNEL_INDEX[self.name]
        return "".join(did_you_mean(name, channels) for name in values if name not in channels)


def check_layer(name: str) -> None:
    """Check a layer's name.

    Raises:
        ValueRefusedError: there is no such layer.
    """
    if name not in LAYERS:
        raise ValueRefusedError(
            f"unknown layer: got {name!r}, expected one of {', '.join(LAYERS)}{did_you_mean(str(name), LAYERS)}"
        )


def _plain(value: float) -> float:
    """NumPy's numbers, and others that are real numbers, as the encoder takes them; all else is refused later."""
    if not isinstance(value, Real):
        return value
    try:
        return float(value)
    except OverflowError:  # a whole number or fraction beyond all floats
        return inf if value > 0 else -inf


def _check_types(message: ControlMessage) -> None:
    """Refuse what the encoder or the runtime would refuse: an array of one number, a Decimal, text.

    Raises:
        ValueRefusedError: one of its values has another type than the message's field.
    """
    numbers = message.values | {"weight": message.weight, "ttl_s": message.ttl_s}
    wrong = ", ".join(
        f"{name} = {value!r}" for name, value in numbers.items() if not isinstance(value, float)
    )
    if wrong:
        raise ValueRefusedError(
            f"{message.layer}: every value, weight and time must be a number; got {wrong}"
        )
    if not isinstance(message.priority, int):
        raise ValueRefusedError(f"bad priority: got {message.priority!r}, expected a whole number")
    if not isinstance(message.source, str):
        raise ValueRefusedError(f"bad source: got {message.source!r}, expected text")
