from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

from protocol.errors import OscError
from protocol.osc import parse
from protocol.osc.parse import MAX_BUNDLE_DEPTH, MAX_DATAGRAM_BYTES, parse_osc


def built(address: str, *arguments: tuple[str, object]) -> bytes:
    builder = OscMessageBuilder(address)
    for tag, value in arguments:
        builder.add_arg(value, tag)  # type: ignore[arg-type]
    return builder.build().dgram


def bundle(*elements: bytes, time_tag: int = 1) -> bytes:
    return (
        b"#bundle\0"
        + struct.pack(">Q", time_tag)
        + b"".join(struct.pack(">i", len(element)) + element for element in elements)
    )


def text(value: str) -> bytes:
    raw = value.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=20)
arguments = st.lists(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1))
    | st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1))
    | st.tuples(st.just("f"), st.floats(width=32, allow_nan=False))
    | st.tuples(st.just("d"), st.floats(allow_nan=False))
    | st.tuples(st.just("s"), texts)
    | st.tuples(st.just("b"), st.binary(min_size=1, max_size=20))
    | st.tuples(st.sampled_from(["T", "F", "N"]), st.none()),
    max_size=8,
)


@given(arguments)
def test_every_argument_python_osc_writes_is_read_back(written: list[tuple[str, object]]) -> None:
    [(address, read)] = parse_osc(built("/any/address", *written))
    [timed] = OscPacket(built("/any/address", *written)).messages
    assert address == timed.message.address
    assert list(read) == list(timed.message.params)


@given(
    texts,
    st.lists(texts, max_size=1),
    st.lists(st.integers(-(2**31), 2**31 - 1), max_size=2),
    st.lists(st.binary(min_size=4, max_size=4), min_size=2, max_size=4),
)
def test_a_message_that_was_parsed_before_is_parsed_alike_whatever_its_last_number(
    path: str, names: list[str], indices: list[int], numbers: list[bytes]
) -> None:
    beginning = text("/" + path.replace(",", "")) + text("," + "s" * len(names) + "i" * len(indices) + "f")
    beginning += b"".join(map(text, names)) + struct.pack(f">{len(indices)}i", *indices)
    for number in numbers:  # the first one is parsed in full, the others by what is known of it
        slow = parse._parse_message(beginning + number, 0, len(beginning) + 4)
        fast = parse_osc(bundle(beginning + number, built("/b")))
        assert repr(fast) == repr([slow, ("/b", ())])  # as text, because NaN is not equal to itself


def test_bytes_behind_the_last_number_are_no_number() -> None:
    data = text("/known") + text(",f") + struct.pack(">f", 0.5)
    assert parse_osc(data) == [("/known", (0.5,))]
    assert parse_osc(data + struct.pack(">f", 0.25)) == [("/known", (0.5,))]
    assert parse_osc(data) == [("/known", (0.5,))]


def test_ever_new_messages_take_little_memory() -> None:
    for number in range(5000):
        assert parse_osc(built(f"/{number}", ("f", 0.5))) == [(f"/{number}", (0.5,))]
        assert len(parse._KNOWN) <= parse._MAX_KNOWN
    parse_osc(built("/" + "a" * 1000, ("f", 0.5)))
    assert max(map(len, parse._KNOWN)) <= parse._MAX_KNOWN_BYTES


@pytest.mark.parametrize("time_tag", [1, 0xE8_0000_0000_0000_00, 2**64 - 1])
def test_bundles_are_flattened_in_order_whatever_their_time(time_tag: int) -> None:
    one, two, three = (built(f"/{i}", ("i", i)) for i in range(3))
    nested = bundle(one, bundle(two, time_tag=time_tag), bundle(), three, time_tag=time_tag)
    assert parse_osc(nested) == [("/0", (0,)), ("/1", (1,)), ("/2", (2,))]


def test_arrays_are_flat_and_rare_types_are_stepped_over() -> None:
    data = text("/a") + text(",[if]rcmtSI") + struct.pack(">if", 1, 0.5) + bytes(range(12)) + bytes(8)
    data += text("symbol")
    assert parse_osc(data) == [
        ("/a", (1, 0.5, b"\0\1\2\3", b"\4\5\6\7", b"\x08\x09\x0a\x0b", bytes(8), "symbol", True))
    ]


def test_a_message_without_type_tags_has_no_arguments() -> None:
    assert parse_osc(text("/VMC/Ext/Blend/Apply")) == [("/VMC/Ext/Blend/Apply", ())]


def test_a_name_that_is_not_utf8_does_not_lose_the_bundle() -> None:
    odd = text("/n") + text(",sf") + b"\x82\xa0\0\0" + struct.pack(">f", 0.5)  # Shift-JIS
    [(_, (name, value)), (address, _)] = parse_osc(bundle(odd, built("/ok")))
    assert (value, address) == (0.5, "/ok")
    assert isinstance(name, str)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"/",
        b"abc\0",
        b"/abcdefg",  # a string without its end
        b"#bundle\0",
        b"#bundle\0" + bytes(8) + b"\0\0",
        bundle(b"/a\0\0")[:-1],
        b"#bundle\0" + bytes(8) + struct.pack(">i", -4),
        b"#bundle\0" + bytes(8) + struct.pack(">i", 0),
        b"#bundle\0" + bytes(8) + struct.pack(">i", 2**31 - 1) + b"/a\0\0",
        text("/a") + text("ff") + bytes(8),
        text("/a") + text(",ff") + bytes(4),
        text("/a") + text(",s"),
        text("/a") + text(",Z"),
        text("/a") + text(",Ti") + bytes(2),
        text("/a") + text(",b") + struct.pack(">i", 2**31 - 1),
        text("/a") + text(",b") + struct.pack(">i", -1),
        b"/" + b"a" * MAX_DATAGRAM_BYTES,
    ],
)
def test_what_is_not_osc_is_refused(data: bytes) -> None:
    with pytest.raises(OscError, match="not OSC"):
        parse_osc(data)


def test_deep_nesting_is_refused_not_followed() -> None:
    data = built("/a")
    for _ in range(MAX_BUNDLE_DEPTH):
        data = bundle(data)
    assert parse_osc(data) == [("/a", ())]
    for _ in range(1200):
        data = bundle(data)
    with pytest.raises(OscError, match="nested"):
        parse_osc(data)


def test_a_flood_of_messages_is_refused() -> None:
    with pytest.raises(OscError, match="messages in one datagram"):
        parse_osc(bundle(*[b"/a\0\0"] * 5000))


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_osc_error(data: bytes) -> None:
    for prefix in (b"", b"/a\0\0,", b"#bundle\0" + bytes(8) + b"\0\0\0\x10"):
        with suppress(OscError):
            parse_osc(prefix + data)


@given(st.data())
def test_damaged_bundles_raise_nothing_but_osc_error(data: st.DataObject) -> None:
    whole = bytearray(
        bundle(built("/VMC/Ext/Blend/Val", ("s", "jawOpen"), ("f", 0.5)), built("/x", ("b", b"abc")))
    )
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        with suppress(OscError):
            parse_osc(damaged)
