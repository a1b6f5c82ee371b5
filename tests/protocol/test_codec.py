from __future__ import annotations

import math
from contextlib import suppress

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.channels import CHANNELS, LAYERS
from protocol.codec import (
    MAX_MESSAGE_BYTES,
    MAX_REFUSALS,
    REASONS,
    Checked,
    Refusal,
    check_control,
    decode_command,
    decode_control,
    decode_message,
    encode,
)
from protocol.errors import CodecError
from protocol.messages import Command, ControlMessage

GOOD = {"type": "control", "layer": "pose", "source": "script", "values": {"yaw": 0.25}}


def reason_of(data: bytes) -> str:
    with pytest.raises(CodecError) as caught:
        decode_control(data)
    return caught.value.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"layer": "nose"}, "unknown layer"),
        ({"layer": 3}, "unknown layer"),
        ({"mode": "multiply"}, "unknown mode"),
        ({"type": "frame"}, "unknown message type"),
        ({"type": "command"}, "unknown message type"),
        ({"values": {"yaw": "left"}}, "wrong type or missing field"),
        ({"values": [0.1]}, "wrong type or missing field"),
        ({"source": b"bytes"}, "wrong type or missing field"),
        ({"ttl_s": None}, "wrong type or missing field"),
    ],
)
def test_decode_names_the_field_of_the_wrong_type(change: dict[str, object], reason: str) -> None:
    assert reason_of(msgpack.packb(GOOD | change)) == reason
    assert reason in REASONS


@pytest.mark.parametrize("missing", ["layer", "source", "values"])
def test_decode_names_a_missing_field(missing: str) -> None:
    message = {name: value for name, value in GOOD.items() if name != missing}
    assert reason_of(msgpack.packb(message)) == "wrong type or missing field"


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\x81", b"{}}", msgpack.packb(GOOD) + b"x", b"\x91" * 60_000]
)
def test_decode_refuses_bytes_that_are_not_a_message(data: bytes) -> None:
    assert reason_of(data) in ("not MessagePack", "wrong type or missing field")


def test_decode_refuses_a_large_message_before_it_parses() -> None:
    large = GOOD | {"source": "x" * MAX_MESSAGE_BYTES}
    assert reason_of(msgpack.packb(large)) == "too large"


def test_decode_accepts_whole_numbers_unknown_fields_and_single_floats() -> None:
    message = GOOD | {"values": {"yaw": 1}, "mood": "a field of a later version"}
    assert decode_control(msgpack.packb(message, use_single_float=True)).values == {"yaw": 1.0}


def test_decode_command_bounds_its_argument() -> None:
    assert decode_command(encode(Command(name="ping", request_id="1"))).request_id == "1"
    with pytest.raises(CodecError, match="argument too long"):
        decode_command(encode(Command(name="load_avatar", argument="x" * 1025)))
    with pytest.raises(CodecError, match="unknown command"):
        decode_command(msgpack.packb({"type": "command", "name": "delete"}))


@pytest.mark.parametrize("layer", LAYERS)
def test_check_accepts_every_channel_at_its_limits(layer: str) -> None:
    for pick in ("low", "high", "neutral"):
        values = {c.name: float(getattr(c, pick)) for c in CHANNELS if c.layer == layer}
        message = ControlMessage(layer=layer, source="s", values=values)  # type: ignore[arg-type]
        assert check_control(message) == (message, ())


def test_check_drops_the_bad_values_and_keeps_the_good_ones() -> None:
    values = {"yaw": math.nan, "pitch": 0.1, "roll": math.inf, "nod": 0.5, "x": 1.5, "y": -0.2}
    message, refusals = check_control(ControlMessage(layer="pose", source="s", values=values))
    assert message is not None
    assert message.values == {"pitch": 0.1, "y": -0.2}
    assert [refusal.reason for refusal in refusals] == [
        "non-finite value",
        "non-finite value",
        "unknown channel",
        "out of range",
    ]


def test_check_sets_rounding_to_the_limit() -> None:
    message, refusals = check_control(
        ControlMessage(layer="expression", source="s", values={"jawOpen": 1.000001, "cheekPuff": -1e-6})
    )
    assert message is not None
    assert message.values == {"jawOpen": 1.0, "cheekPuff": 0.0}
    assert refusals == ()


def test_a_coefficient_may_be_added_with_either_sign_but_only_so_far() -> None:
    def added(layer: str, **values: float) -> Checked:
        return check_control(ControlMessage(layer=layer, source="s", values=values, mode="add"))  # type: ignore[arg-type]

    assert added("expression", jawOpen=-1.0)[1] == ()
    assert added("emotion", happy=-1.0)[1] == ()
    assert added("expression", jawOpen=-1.1)[0] is None
    assert added("pose", scale=0.2)[0] is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"layer": "nose"}, "unknown layer"),
        ({"source": ""}, "bad source"),
        ({"source": "x" * 65}, "bad source"),
        ({"source": "a\x1b[2J"}, "bad source"),
        ({"source": "  "}, "bad source"),
        ({"weight": 1.01}, "bad weight"),
        ({"weight": math.nan}, "bad weight"),
        ({"ttl_s": 0.01}, "bad ttl"),
        ({"ttl_s": math.inf}, "bad ttl"),
        ({"ttl_s": math.nan}, "bad ttl"),
        ({"priority": 2**62}, "bad priority"),
        ({"sequence": -1}, "bad sequence"),
        ({"capture_time_ns": 2**63}, "bad capture time"),
        ({"values": {}}, "no values"),
    ],
)
def test_check_refuses_the_whole_message_with_its_reason(change: dict[str, object], reason: str) -> None:
    fields = {"layer": "pose", "source": "s", "values": {"yaw": 0.1}} | change
    message, refusals = check_control(ControlMessage(**fields))  # type: ignore[arg-type]
    assert message is None
    assert [refusal.reason for refusal in refusals] == [reason]
    assert reason in REASONS


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
almost = st.fixed_dictionaries(
    {
        "type": st.just("control"),
        "layer": st.sampled_from(LAYERS) | plain,
        "source": st.text(max_size=70) | plain,
        "values": st.dictionaries(st.sampled_from(("yaw", "jawOpen", "happy")), st.floats() | plain) | plain,
    },
    optional={
        "weight": st.floats(),
        "ttl_s": st.floats(),
        "priority": plain,
        "sequence": plain,
        "mode": plain,
    },
)


@given(st.binary(max_size=300) | plain.map(msgpack.packb) | almost.map(msgpack.packb))
def test_no_bytes_pass_the_check_with_a_value_out_of_its_limits(data: bytes) -> None:
    try:
        message, refusals = check_control(decode_control(data))
    except CodecError as error:
        message, refusals = None, (Refusal(error.reason, error.detail),)
    assert message is not None or refusals
    assert all(refusal.reason in REASONS for refusal in refusals)
    if message is not None:
        least = {"add": -1.0, "set": 0.0}[message.mode]
        limits = {
            c.name: (least if c.low == c.neutral else c.low, c.high)
            for c in CHANNELS
            if c.layer == message.layer
        }
        assert all(limits[name][0] <= value <= limits[name][1] for name, value in message.values.items())


@given(st.binary(max_size=300) | plain.map(msgpack.packb))
def test_other_decoders_raise_nothing_else(data: bytes) -> None:
    for decode in (decode_command, decode_message):
        with suppress(CodecError):
            decode(data)


def test_a_message_of_thousands_of_unknown_channels_is_described_in_a_few_refusals() -> None:
    values = {f"x{n}": 0.5 for n in range(4000)} | {"yaw": 0.25, "nod": math.nan}
    message, refusals = check_control(ControlMessage(layer="pose", source="s", values=values))
    assert message is not None
    assert message.values == {"yaw": 0.25}  # what is valid counts, wherever it stands
    assert len(refusals) == MAX_REFUSALS + 1
    assert sum(refusal.times for refusal in refusals) == 4001
    assert refusals[0] == Refusal("unknown channel", "pose has no channel 'x0'")
    assert refusals[-1] == Refusal(
        "unknown channel", "pose has no channel 'x7', and 3993 more", 4001 - MAX_REFUSALS
    )
