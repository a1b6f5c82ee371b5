"""Rows as faces: the fast way against the slow reference; single values are tested in test_csv_import.py."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RecordingError
from bridge.takes.arkit_csv import column_of
from bridge.takes.csv_face import RowFaces
from tests.bridge.takes.livelink_csv_files import COLUMNS, random_table

FILE = Path("anna.csv")
ROWS = RowFaces(tuple(map(column_of, COLUMNS)), FILE)

#: Cells of every kind: plain, outside the limits, empty, spaces, commas, no numbers, zeros of both signs.
CELLS = st.one_of(
    st.floats(-2, 2).map(repr),
    st.sampled_from(
        [
            "",
            " 0.5 ",
            "0,5",
            "-0.0",
            "0",
            "nan",
            "inf",
            "-1e300",
            "1e-300",
            "360",
            "-359.9",
            "1_0",
            "wide",
            "1.2.3",
            "\t1",
        ]
    ),
)


def outcome(read: object, row: list[str]) -> str:
    """The face, to the last bit and in its order, or the refusal."""
    try:
        return repr(read(row, 7))  # type: ignore[operator]
    except RecordingError as error:
        return str(error)


@pytest.mark.parametrize("decimals", [None, 4, 10])
def test_plain_rows_are_read_as_cell_by_cell(decimals: int | None) -> None:
    codes = [f"00:00:01:{frame:02}" for frame in range(50)]
    lines = random_table(codes, decimals=decimals, seed=3).splitlines()[1:]
    for line in lines:
        row = line.split(",")
        assert outcome(ROWS, row) == outcome(ROWS.cell_by_cell, row)
        assert "expression" in outcome(ROWS, row)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.integers(1, len(COLUMNS) - 1), CELLS, max_size=6), st.integers(0, 1000))
def test_odd_cells_are_read_and_refused_as_cell_by_cell(odd: dict[int, str], seed: int) -> None:
    chance = random.Random(seed)
    row = ["00:00:01:00", "61", *(f"{chance.uniform(-1.2, 1.2):.6f}" for _ in range(61))]
    for place, cell in odd.items():
        row[place] = cell
    assert outcome(ROWS, row) == outcome(ROWS.cell_by_cell, row)


@pytest.mark.parametrize(
    "titles",
    [
        ("Timecode", "jawOpen"),
        ("jawOpen", "JawOpen", "Timecode"),
        ("HeadYaw", "Timecode", "LeftEyeYaw", "LeftEyeRoll"),
    ],
)
def test_few_columns_and_equal_ones_are_read_as_cell_by_cell(titles: tuple[str, ...]) -> None:
    rows = RowFaces(tuple(map(column_of, titles)), FILE)
    row = [f"0.{place + 1}" for place in range(len(titles))]
    assert outcome(rows, row) == outcome(rows.cell_by_cell, row) != "{}"
