from __future__ import annotations

from xml.etree import ElementTree

import pytest

from measure.plots import bars


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
