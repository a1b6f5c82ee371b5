"""Messages <-> MessagePack, typed and validated; and the check of a ControlMessage's values.

Pure functions without sockets, clocks or state: bytes in, messages out, every refusal with its reason.

    checked = check_control(decode_control(data))

Reasons (`ProtocolError.reason`, and the keys of `Status.dropped`): see REASONS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final, NamedTuple, get_args, get_type_hints

import msgspec

from protocol.channels import CHANNELS, LAYERS
from protocol.decode_errors import explain, field_of
from protocol.errors import CodecError
from protocol.messages import Command, ControlMessage, Message

#: Largest message that the runtime accepts; a full ControlMessage has about 1.3 KB.
MAX_MESSAGE_BYTES: Final = 64 * 1024
#: Largest message that a client accepts; a Status with 256 drivers has about 250 KB.
MAX_REPLY_BYTES: Final = 1024 * 1024
#: Refusals of one message that are described one by one.
MAX_REFUSALS: Final = 8
MAX_SOURCE: Final = 64
MAX_ARGUMENT: Final = 1024
MIN_TTL_S: Final = 0.05
MAX_TTL_S: Final = 60.0
MAX_PRIORITY: Final = 1000
MAX_COUNT: Final = 2**63 - 1  # of sequence and capture_time_ns: fits a signed 64-bit integer of any language
#: Tolerance for rounding, as a share of a channel's range: values this little outside a limit are set to it.
ROUNDING: Final = 1e-4

#: Every reason for which `decode_*` and `check_control` refuse; docs/protocol.md and the status list them.
REASONS: Final = (
    "too large", "not MessagePack", "wrong type or missing field", "unknown message type",
    "unknown layer", "unknown mode", "unknown command", "bad source", "bad weight", "bad ttl",
    "bad priority", "bad sequence", "bad capture time",
    "no values", "unknown channel", "non-finite value", "out of range", "argument too long",
)  # fmt: skip

_ENCODER: Final = msgspec.msgpack.Encoder()
_CONTROL: Final = msgspec.msgpack.Decoder(ControlMessage)
_COMMAND: Final = msgspec.msgpack.Decoder(Command)
_MESSAGE: Final = msgspec.msgpack.Decoder(Message)

Limits = dict[str, tuple[float, float, float]]  # channel -> low, high, tolerance


def _limits(layer: str, *, add: bool) -> Limits:
    """Limits of a layer's channels. In mode "add" a coefficient may be negative, to weaken a smile for example."""
    return {
        c.name: (-c.high if add and c.low == c.neutral else c.low, c.high, ROUNDING * (c.high - c.low))
        for c in CHANNELS
        if c.layer == layer
    }


_SET_LIMITS: Final[dict[str, Limits]] = {layer: _limits(layer, add=False) for layer in LAYERS}
_ADD_LIMITS: Final[dict[str, Limits]] = {layer: _limits(layer, add=True) for layer in LAYERS}

_REASON_BY_FIELD: Final = {
    "type": "unknown message type",
    "layer": "unknown layer",
    "mode": "unknown mode",
    "name": "unknown command",
}
#: The allowed values of fields with a fixed set, by what is decoded.
_CONTROL_CHOICES: Final = {"type": ("control",), "layer": LAYERS, "mode": ("set", "add")}
_COMMAND_CHOICES: Final = {"type": ("command",), "name": get_args(get_type_hints(Command)["name"])}
_MESSAGE_CHOICES: Final = {
    "type": tuple(str(one.__struct_config__.tag) for one in get_args(Message)),
    "layer": LAYERS,
    "mode": ("set", "add"),
    "name": _COMMAND_CHOICES["name"],
}


class Refusal(NamedTuple):
    """One refused channel or message.

    Attributes:
        reason: under which it is counted.
        detail: what was got and expected.
        times: how many channels or messages it stands for.
    """

    reason: str
    detail: str
    times: int = 1


class Refusals:
    """The refusals of one message or datagram: the first few one by one, the rest only counted.

    One message can name thousands of unknown channels, and each refusal that is described costs microseconds.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._described: list[Refusal] = []
        self._more: dict[str, int] = {}

    def add(self, reason: str, detail: str) -> None:
        """Refuse one part of the message."""
        if self.is_full:
            self.count(reason)
        else:
            self._described.append(Refusal(reason, detail))

    @property
    def is_full(self) -> bool:
        """Whether further refusals are only counted, so that their details need not be written."""
        return len(self._described) >= MAX_REFUSALS

    def count(self, reason: str) -> None:
        """Refuse one part of the message without a detail."""
        self._more[reason] = self._more.get(reason, 0) + 1

    def all(self) -> tuple[Refusal, ...]:
        """Those with a detail in order, then one for each reason of the others."""
        details = {refusal.reason: refusal.detail for refusal in self._described}
        return (
            *self._described,
            *(
                Refusal(
                    reason,
                    f"{details[reason]}, and {count} more" if reason in details else f"{count} more",
                    count,
                )
                for reason, count in self._more.items()
            ),
        )


class Checked(NamedTuple):
    """The valid part of a ControlMessage, None when nothing is valid, and the refusals."""

    message: ControlMessage | None
    refusals: tuple[Refusal, ...]


def encode(message: Message) -> bytes:
    """Encode a message as one MessagePack map. The length is not checked: our own messages are small."""
    return _ENCODER.encode(message)


def decode_control(data: bytes) -> ControlMessage:
    """Decode a ControlMessage; its types are checked, its values are not (`check_control` does that).

    Raises:
        CodecError: too large, not MessagePack, or not a ControlMessage.
    """
    _check_size(data)
    try:
        return _CONTROL.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _codec_error(error, _CONTROL_CHOICES) from error


def decode_command(data: bytes) -> Command:
    """Decode a Command and check the length of its strings.

    Raises:
        CodecError: too large, not MessagePack, not a Command, or with an argument that is too long.
    """
    _check_size(data)
    try:
        command = _COMMAND.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _codec_error(error, _COMMAND_CHOICES) from error
    longest = max(len(command.argument), len(command.request_id))
    if longest > MAX_ARGUMENT:
        raise CodecError("argument too long", f"got {longest} characters, expected at most {MAX_ARGUMENT}")
    return command


def decode_message(data: bytes) -> Message:
    """Decode any message by its "type" field; for clients and tools.

    Raises:
        CodecError: too large, not MessagePack, or not a message of Omote.
    """
    _check_size(data, MAX_REPLY_BYTES)
    try:
        message: Message = _MESSAGE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _codec_error(error, _MESSAGE_CHOICES) from error
    return message


def check_control(message: ControlMessage) -> Checked:
    """Check a decoded ControlMessage; keep the valid channels and list what was refused and why.

    A bad layer, source, weight, ttl, priority, sequence or time refuses the whole message; an unknown,
    non-finite or out-of-range value refuses that channel only. A value outside a limit by less than ROUNDING
    of the range is set to the limit. The first MAX_REFUSALS are described, the rest are counted.
    """
    refused = _refused_field(message)
    if refused is not None:
        return Checked(None, (refused,))
    limits = (_ADD_LIMITS if message.mode == "add" else _SET_LIMITS)[message.layer]
    refusals: Refusals | None = None
    kept: dict[str, float] = {}
    changed = False
    for name, value in message.values.items():
        limit = limits.get(name)
        if limit is None:
            refusals = refusals or Refusals()
            if refusals.is_full:
                refusals.count("unknown channel")
            else:
                refusals.add("unknown channel", f"{message.layer} has no channel {name[:40]!r}")
            continue
        low, high, tolerance = limit
        if low <= value <= high:  # false for NaN
            kept[name] = value
        elif low - tolerance <= value <= high + tolerance:
            kept[name] = min(max(value, low), high)
            changed = True
        else:
            reason = "out of range" if isfinite(value) else "non-finite value"
            refusals = refusals or Refusals()
            refusals.add(reason, f"{message.layer} {name} = {value:g}, expected {low:g} to {high:g}")
    refused_values = refusals.all() if refusals is not None else ()
    if not kept:
        return Checked(None, refused_values)
    if refused_values or changed:
        message = msgspec.structs.replace(message, values=kept)
    return Checked(message, refused_values)


def _refused_field(message: ControlMessage) -> Refusal | None:
    """The first field besides the values that is not valid; None when all are."""
    if message.layer not in _SET_LIMITS:
        return Refusal("unknown layer", f"got {message.layer[:40]!r}, expected one of {', '.join(LAYERS)}")
    source = message.source
    if not 1 <= len(source) <= MAX_SOURCE or not source.isprintable() or source.isspace():
        return Refusal("bad source", f"got {source[:80]!r}, expected 1 to {MAX_SOURCE} printable characters")
    if not 0.0 <= message.weight <= 1.0:
        return Refusal("bad weight", f"got {message.weight:g}, expected 0 to 1")
    if not MIN_TTL_S <= message.ttl_s <= MAX_TTL_S:
        return Refusal(
            "bad ttl",
            f"got ttl_s {message.ttl_s:g}, expected {MIN_TTL_S:g} to {MAX_TTL_S:g}",
        )
    if not -MAX_PRIORITY <= message.priority <= MAX_PRIORITY:
        return Refusal(
            "bad priority",
            f"got {message.priority}, expected up to {MAX_PRIORITY} either way",
        )
    if not 0 <= message.sequence <= MAX_COUNT:
        return Refusal("bad sequence", f"got {message.sequence}, expected 0 to 2^63 - 1")
    if not 0 <= message.capture_time_ns <= MAX_COUNT:
        return Refusal("bad capture time", f"got {message.capture_time_ns}, expected 0 to 2^63 - 1")
    if not message.values:
        return Refusal("no values", f"name at least one channel of {message.layer}")
    return None


def _check_size(data: bytes, most: int = MAX_MESSAGE_BYTES) -> None:
    if len(data) > most:
        raise CodecError("too large", f"got {len(data)} bytes, expected at most {most}")


def _codec_error(error: Exception, choices: Mapping[str, Sequence[str]]) -> CodecError:
    if isinstance(error, msgspec.ValidationError):
        reason = _REASON_BY_FIELD.get(field_of(error), "wrong type or missing field")
        return CodecError(reason, explain(error, choices))
    return CodecError("not MessagePack", explain(error))
