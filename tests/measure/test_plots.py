from __future__ import annotations

from xml.etree import ElementTree

import pytest

from measure.plots import bars, lines


def test_bars_are_as_tall_as_their_values_and_nan_has_no_bar() -> None:
    svg = ElementTree.fromstring(bars("a < b", ["x", "y"], {"one": [10.0, 5.0], "two": [float("nan"), 2.5]}))
    rectangles = [element for element in svg if element.tag.endswith("rect")]
    tall = [float(element.attrib["height"]) for element in rectangles]
    assert len(tall) == 3
    assert tall[0] == pytest.approx(2 * tall[1], abs=0.2)
    assert tall[1] == pytest.approx(2 * tall[2], abs=0.2)


def test_labels_do_not_overlap() -> None:
    words = ["contemptuous", "disgusted", "relaxed"]
    svg = ElementTree.fromstring(bars("t", words, {"one": [1.0, 1.0, 1.0]}))
    places = {e.text: float(e.attrib["x"]) for e in svg if e.tag.endswith("text") and e.text in words}
    assert places["disgusted"] - places["contemptuous"] > 6 * 12


def points_of(svg: str) -> list[list[tuple[float, float]]]:
    """The points of every polyline."""
    found = [element for element in ElementTree.fromstring(svg) if element.tag.endswith("polyline")]
    return [
        [(float(x), float(y)) for x, y in (point.split(",") for point in element.attrib["points"].split())]
        for element in found
    ]


def test_a_line_goes_through_its_values_and_breaks_at_nan() -> None:
    nan = float("nan")
    made = points_of(lines("a < b", "minutes", [0, 10, 20, 30], {"one": [0, 1, 2, 4], "two": [1, nan, 3, 3]}))
    one, *two = made
    assert len(one) == 4
    assert [len(run) for run in two] == [1, 2]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = one
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert x3 - x0 == pytest.approx(3 * (x1 - x0), abs=0.2)
    assert y0 - y3 == pytest.approx(4 * (y0 - y1), abs=0.4)  # upwards
    assert two[1][1][1] == pytest.approx((y2 + y3) / 2, abs=0.2)


def test_negative_values_lie_below_the_line_of_zero() -> None:
    (run,) = points_of(lines("t", "s", [0, 1, 2], {"one": [-1.0, 0.0, 1.0]}))
    assert run[0][1] > run[1][1] > run[2][1]
    assert max(y for _, y in run) <= 190.1


def test_a_single_value_and_none_at_all_are_drawn() -> None:
    assert len(points_of(lines("t", "s", [0.0], {"one": [0.0]}))) == 1
    assert points_of(lines("t", "s", [0.0], {"one": [float("nan")]})) == []
