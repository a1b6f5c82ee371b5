from __future__ import annotations

import re
from typing import Any, Literal

import msgspec
import pytest

from protocol.codec import MAX_MESSAGE_BYTES, decode_command, decode_control, decode_message
from protocol.decode_errors import explain, field_of
from protocol.errors import CodecError

GOOD = {"type": "control", "layer": "pose", "source": "a", "values": {"yaw": 1.0}}
#: Words of msgspec and of Python that a sender in another language does not know.
FOREIGN = ("$", "`", "str", "dict", "enum", "None", "null", "array", "opcode", "codec", "Object", "Expected")


def refusal(decode: Any, data: bytes) -> CodecError:
    with pytest.raises(CodecError) as refused:
        decode(data)
    return refused.value


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"weight": "x"}, "weight: got text, expected a number"),
        ({"values": {"yaw": "x"}}, "a value in values: got text, expected a number"),
        ({"values": {1: 0.5}}, "a name in values: got a whole number, expected text"),
        ({"values": [1]}, "values: got a list, expected a map of names and values"),
        ({"values": None}, "values: got nothing, expected a map of names and values"),
        ({"sequence": 1.5}, "sequence: got a number, expected a whole number"),
        ({"source": b"x"}, "source: got binary data, expected text"),
        ({"mode": "xx"}, "mode: got 'xx', expected one of set, add"),
        ({"layer": "zz"}, "layer: got 'zz', expected one of pose, expression, gaze, emotion, view"),
        ({"type": "foo"}, "type: got 'foo', expected one of control"),
        ({"type": 5}, "type: got a whole number, expected one of control"),
    ],
)
def test_a_field_of_a_control_message_is_named_with_got_and_expected(
    change: dict[str, object], detail: str
) -> None:
    assert refusal(decode_control, msgspec.msgpack.encode(GOOD | change)).detail == detail


@pytest.mark.parametrize("name", ["layer", "source", "values"])
def test_a_missing_field_is_named(name: str) -> None:
    without = {key: value for key, value in GOOD.items() if key != name}
    error = refusal(decode_control, msgspec.msgpack.encode(without))
    assert error.detail == f"got no field {name}, which is required"


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "got data that ends too early, expected one whole message"),
        (b"\xc1", "got malformed data at byte 0"),
        (b"\x05", "got a whole number, expected a map of names and values"),
        (b"\x91\x05", "got a list, expected a map of names and values"),
        (b"\x81\xa6source\xa1\xff", "got text that is not valid UTF-8"),
        (
            msgspec.msgpack.encode(GOOD) + b"x",
            "got more data after the end of the message, expected one message",
        ),
    ],
)
def test_bytes_that_are_no_message_are_described(data: bytes, detail: str) -> None:
    assert refusal(decode_control, data).detail == detail


def test_commands_and_replies_are_explained_too() -> None:
    command = refusal(decode_command, msgspec.msgpack.encode({"type": "command", "name": "format"}))
    assert command.reason == "unknown command"
    assert command.detail.startswith("name: got 'format', expected one of ping, status, load_avatar")
    reply = refusal(decode_message, msgspec.msgpack.encode({"type": "reply", "ok": 1}))
    assert reply.detail == "ok: got a whole number, expected true or false"


@pytest.mark.parametrize("change", [{"mode": "m" * 5000}, {"layer": "€" * 5000}])
def test_a_long_value_does_not_hide_what_is_expected(change: dict[str, str]) -> None:
    detail = refusal(decode_control, msgspec.msgpack.encode(GOOD | change)).detail
    assert "expected one of" in detail
    assert len(detail) <= 200


@pytest.mark.parametrize("place", range(0, 60))
def test_no_damaged_message_is_described_in_the_decoder_s_words(place: int) -> None:
    data = bytearray(msgspec.msgpack.encode(GOOD))
    refused: list[str] = []
    for value in (0x00, 0x80, 0x90, 0xA0, 0xC0, 0xC1, 0xC4, 0xCB, 0xD9, 0xFF):
        damaged = bytes(data[:place]) + bytes([value]) + bytes(data[place + 1 :])
        try:
            decode_control(damaged[:MAX_MESSAGE_BYTES])
        except CodecError as error:
            refused.append(" ".join(error.detail.split("'")[::2]))  # without what the sender wrote
    words = [word for text in refused for word in re.split(r"[\s,:]+", text)]
    assert not set(words) & set(FOREIGN)
    assert not [word for word in words if "`" in word or "$" in word]


class Nested(msgspec.Struct, forbid_unknown_fields=True):
    names: tuple[str, ...] = ()
    limits: tuple[float, float] = (0.0, 1.0)
    choice: Literal["a", "b"] = "a"
    inner: dict[str, list[int]] = {}
    port: int | None = None


@pytest.mark.parametrize(
    ("table", "field", "text"),
    [
        ({"names": ["x", 5]}, "names", "names, entry 2: got a whole number, expected text"),
        ({"limits": [1.0]}, "limits", "limits: got 1 entries, expected 2"),
        ({"choice": "c"}, "choice", "choice: got 'c', expected one of a, b"),
        ({"inner": {"x": [1, "y"]}}, "inner", "inner, an entry, entry 2: got text, expected a whole number"),
        ({"port": "x"}, "port", "port: got text, expected a whole number or nothing"),
        ({"other": 1}, "", "got the field other, which is not known here"),
    ],
)
def test_places_inside_tables_are_counted_as_people_count(
    table: dict[str, object], field: str, text: str
) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(table, Nested)
    assert field_of(refused.value) == field
    assert explain(refused.value, {"choice": ("a", "b")}) == text


def test_a_deep_nesting_is_described() -> None:
    assert "nested too deeply" in explain(RecursionError("maximum recursion depth exceeded"))
