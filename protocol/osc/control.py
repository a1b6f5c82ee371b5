"""Omote's own flat OSC addresses -> ControlMessages.

    /omote/expression/jawOpen 0.6           one channel; then perhaps a weight, then a ttl in seconds
    /omote/pose 0.3 0.0 0.1                 a layer's channels in wire order, as many as are given
    /omote/emotion "happy" 1.0 "sad" 0.2    names and values
    /omote/source "my tool"                 settings: source, mode, weight, priority, ttl

Settings apply to everything after them in the same datagram. The table with every address is in
docs/protocol.md. Values are not checked here: `protocol.codec.check_control` does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple, cast

from protocol.blendshapes import find_blendshape
from protocol.channels import CHANNELS, LAYERS
from protocol.codec import Refusal, Refusals
from protocol.messages import ControlMessage, LayerName
from protocol.osc.parse import OscArgument, OscMessage

PREFIX: Final = "/omote/"
SETTINGS: Final = ("source", "mode", "weight", "priority", "ttl")

_CHANNEL_NAMES: Final = {layer: tuple(c.name for c in CHANNELS if c.layer == layer) for layer in LAYERS}


class OscControl(NamedTuple):
    """The result for one datagram: at most one ControlMessage per layer and settings, and the refusals."""

    messages: list[ControlMessage]
    refusals: list[Refusal]


@dataclass(frozen=True, slots=True)
class _Settings:
    source: str
    mode: Literal["set", "add"] = "set"
    weight: float = 1.0
    priority: int = 0
    ttl_s: float = 1.0


@dataclass(slots=True)
class _Reading:
    """One datagram being read: values grouped by layer and settings, in order of arrival."""

    settings: _Settings
    values: dict[tuple[str, _Settings], dict[str, float]] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=Refusals)

    def put(self, layer: str, settings: _Settings, name: str, value: float) -> None:
        self.values.setdefault((layer, settings), {})[name] = value

    def refuse(self, address: str, expected: str) -> None:
        self.refusals.add("wrong OSC arguments", f"{address[:80]} expects {expected}")


def read_osc_control(messages: Sequence[OscMessage], sender: str) -> OscControl:
    """Convert the `/omote/...` messages of one datagram to ControlMessages.

    Args:
        messages: the result of `parse_osc`; addresses outside `/omote/` are refused as unknown.
        sender: the source's name while the datagram does not set one, e.g. "osc:127.0.0.1:50000".
    """
    reading = _Reading(_Settings(sender))
    for address, arguments in messages:
        parts = address.removeprefix(PREFIX).split("/") if address.startswith(PREFIX) else []
        if len(parts) == 1 and parts[0] in SETTINGS:
            _read_setting(reading, parts[0], arguments)
        elif len(parts) == 1 and parts[0] in LAYERS:
            _read_layer(reading, parts[0], arguments)
        elif len(parts) == 2 and parts[0] in LAYERS:
            _read_channel(reading, parts[0], parts[1], arguments)
        else:
            reading.refusals.add("unknown OSC address", address[:120])
    made = [
        ControlMessage(
            layer=cast(LayerName, layer),
            source=settings.source,
            values=values,
            mode=settings.mode,
            weight=settings.weight,
            priority=settings.priority,
            ttl_s=settings.ttl_s,
        )
        for (layer, settings), values in reading.values.items()
    ]
    return OscControl(made, list(reading.refusals.all()))


def number(argument: OscArgument) -> float | None:
    """An argument of type i, h, f, d, T (1) or F (0) as a number; None for other types."""
    return float(argument) if isinstance(argument, (float, int)) else None


def _read_setting(reading: _Reading, name: str, arguments: tuple[OscArgument, ...]) -> None:
    first = arguments[0] if arguments else None
    value = number(first)
    settings = reading.settings
    if name == "source" and isinstance(first, str):
        reading.settings = replace(settings, source=first)
    elif name == "mode" and (first == "set" or first == "add"):
        reading.settings = replace(settings, mode=cast(Literal["set", "add"], first))
    elif name == "weight" and value is not None:
        reading.settings = replace(settings, weight=value)
    elif name == "priority" and isinstance(first, int):
        reading.settings = replace(settings, priority=first)
    elif name == "ttl" and value is not None:
        reading.settings = replace(settings, ttl_s=value)
    else:
        expected = {"source": "a string", "mode": '"set" or "add"', "priority": "an integer"}
        reading.refuse(PREFIX + name, expected.get(name, "a number"))


def _read_layer(reading: _Reading, layer: str, arguments: tuple[OscArgument, ...]) -> None:
    """Read either numbers, for the layer's channels in wire order, or names and numbers in alternation."""
    names = _CHANNEL_NAMES[layer]
    if arguments and isinstance(arguments[0], str):
        pairs = list(zip(arguments[::2], arguments[1::2], strict=False))
        is_complete = len(arguments) % 2 == 0
    else:
        pairs = list(zip(names, arguments, strict=False))
        is_complete = 0 < len(arguments) <= len(names)
    numbers = [(name, number(value)) for name, value in pairs]
    if not is_complete or any(not isinstance(name, str) or value is None for name, value in numbers):
        reading.refuse(PREFIX + layer, f"1 to {len(names)} numbers, or names and numbers in turn")
        return
    for name, value in numbers:
        assert isinstance(name, str)
        assert value is not None
        reading.put(layer, reading.settings, _channel_name(layer, name), value)


def _read_channel(reading: _Reading, layer: str, name: str, arguments: tuple[OscArgument, ...]) -> None:
    numbers = [number(argument) for argument in arguments[:3]]
    if not numbers or None in numbers:
        reading.refuse(f"{PREFIX}{layer}/{name}", "value [weight [ttl]], all numbers")
        return
    settings = reading.settings
    if len(numbers) > 1:
        settings = replace(settings, weight=cast(float, numbers[1]))
    if len(numbers) > 2:
        settings = replace(settings, ttl_s=cast(float, numbers[2]))
    reading.put(layer, settings, _channel_name(layer, name), cast(float, numbers[0]))


def _channel_name(layer: str, name: str) -> str:
    """Accept any program's spelling of a blendshape; unknown names stay, and `check_control` refuses them."""
    return (find_blendshape(name) or name) if layer == "expression" else name
