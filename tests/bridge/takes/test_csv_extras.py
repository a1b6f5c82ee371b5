from __future__ import annotations

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RecordingError
from bridge.takes.csv_extras import CsvExtras, unpacked

EXTRAS = CsvExtras(["Timecode", "JawOpen"], ";", 4, 30, True, True, 3, [(5, {1: "0.5000"}), (6, {})])


def test_what_is_packed_comes_back() -> None:
    assert unpacked(EXTRAS.packed()) == EXTRAS


@given(st.binary(max_size=60) | st.binary(max_size=60).map(zstandard.compress))
def test_damage_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(RecordingError, match="import the CSV again"):
        unpacked(data)
