from __future__ import annotations

import pytest

from bridge.takes.arkit_csv import HEADER, column_of
from protocol.blendshapes import BLENDSHAPES
from tests.bridge.takes.livelink_csv_files import COLUMNS


def test_the_columns_are_the_apps() -> None:
    assert list(HEADER) == COLUMNS
    assert {column_of(title).shape for title in HEADER} == {*BLENDSHAPES, ""}


@pytest.mark.parametrize(
    ("title", "shape"), [("EyeBlink_L", "eyeBlinkLeft"), (" jawOpen ", "jawOpen"), ("x", "")]
)
def test_titles_are_understood_in_every_spelling(title: str, shape: str) -> None:
    assert column_of(title).shape == shape
