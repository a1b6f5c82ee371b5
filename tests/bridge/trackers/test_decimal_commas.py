"""Lists of numbers with decimal commas, against what C# writes under a language with decimal commas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.trackers.decimal_commas import has_other_reading, point_number, split_numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [("60,5", "60.5"), ("-0,002", "-0.002"), ("60", "60"), ("60.5", "60.5"), ("1,5E-05", "1.5E-05")],
)
def test_one_number_gets_its_point(text: str, number: str) -> None:
    assert point_number(text) == number


@pytest.mark.parametrize("text", ["1,2,3", "1.234,5", "1,234.5", ",5", "5,", "", "x,y"])
def test_what_is_no_number_stays_and_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        float(point_number(text))


@pytest.mark.parametrize(
    ("text", "count", "numbers"),
    [
        ("-2,5,20,25,-1,9,-0,002,-0,026,-0,55", 6, ["-2.5", "20.25", "-1.9", "-0.002", "-0.026", "-0.55"]),
        ("2,0,-1,5,-0,18", 3, ["2.0", "-1.5", "-0.18"]),
        # a sign begins a number, and "002" is a fraction: only one way is left
        ("2,-1,5,-0,18", 3, ["2", "-1.5", "-0.18"]),
        ("-2,-3,-4,-0,002,-0,026,-0,55", 6, ["-2", "-3", "-4", "-0.002", "-0.026", "-0.55"]),
        ("1,002,2,3", 3, ["1.002", "2", "3"]),
        ("1,2,3", 3, ["1", "2", "3"]),
        ("1,5E-05,-2,-3", 3, ["1.5E-05", "-2", "-3"]),
    ],
)
def test_a_list_with_one_way_of_reading_is_read(text: str, count: int, numbers: list[str]) -> None:
    assert split_numbers(text, count, has_point=False) == numbers


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("-2,5,20,25", 3),  # -2 5.20 25, -2.5 20 25 or -2 5 20.25
        ("1,2,3,4,5", 3),
        ("1,2,3,4,5,6,7", 3),  # too many
        ("-2,5,20,25,-1,9,1,2,3", 6),
        ("1,2,3,4,5,6,7,8,9,10,11", 6),
    ],
)
def test_a_list_with_several_ways_or_none_is_not_read(text: str, count: int) -> None:
    assert split_numbers(text, count, has_point=False) is None


def test_a_text_with_points_has_no_decimal_commas() -> None:
    assert split_numbers("1,2,3,4,5,6", 3, has_point=True) is None
    assert split_numbers("1.5,2,3", 3, has_point=True) == ["1.5", "2", "3"]


def test_six_whole_numbers_may_be_three_with_commas() -> None:
    assert has_other_reading(["-2", "5", "20", "25", "-1", "9"], 3)
    assert not has_other_reading(["-2", "-5", "20", "25", "-1", "9"], 3)


@given(st.lists(st.floats(-400, 400).map(lambda value: round(value, 4)), min_size=6, max_size=6))
def test_numbers_are_never_misread(values: list[float]) -> None:
    """Whatever a program with decimal commas sends: the numbers themselves, or a refusal."""
    text = ",".join(f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",") for value in values)
    read = split_numbers(text, 6, has_point=False)
    if read is not None:
        assert [float(number) for number in read] == values
