"""Our MessagePack against msgpack and msgspec, and the protocol's golden bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgpack as reference
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omote_face.errors import WireError
from omote_face.msgpack import decode, encode

GOLDEN = Path(__file__).parents[1] / "data" / "protocol"
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=40), inner, max_size=20),
)


@settings(max_examples=50)
@given(VALUES)
def test_other_libraries_read_what_we_write_and_we_what_they_write(value: Any) -> None:
    assert reference.unpackb(encode(value)) == value
    assert msgspec.msgpack.decode(encode(value)) == value
    assert decode(reference.packb(value)) == value
    assert decode(msgspec.msgpack.encode(value)) == value


@pytest.mark.parametrize("size", [15, 16, 31, 32, 255, 256, 65535, 65536])
def test_sizes_at_which_the_first_bytes_change(size: int) -> None:
    for value in ("x" * size, [0] * size, {str(i): i for i in range(size)}, -size, size):
        assert reference.unpackb(encode(value)) == value
        assert decode(reference.packb(value)) == value


def test_golden_bytes_mean_what_is_written_beside_them() -> None:
    for name in ("control_full", "control_pose", "status", "reply_status"):
        meaning = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
        found = decode((GOLDEN / f"{name}.bin").read_bytes())
        assert {key: found[key] for key in meaning if key in found} == {
            k: v for k, v in meaning.items() if k in found
        }
        assert set(found) & set(meaning)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_an_error_of_ours(data: bytes) -> None:
    try:
        decode(data)
    except WireError:
        return


@pytest.mark.parametrize(
    "data", [b"", b"\xa5abc", b"\x92\x01", b"\xdd\xff\xff\xff\xff", b"\xc1", b"\x01\x02", b"\x91" * 100]
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


@pytest.mark.parametrize("value", [object(), 1 << 64, {1, 2}])
def test_what_messages_do_not_have_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        encode(value)
