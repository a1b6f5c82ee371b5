"""A face as the cells of a row: values, signs and digits."""

from __future__ import annotations

import pytest

from bridge.takes.arkit_csv import HEADER, column_of
from bridge.takes.csv_cells import RowCells
from bridge.takes.csv_extras import CsvExtras
from bridge.takes.timecode import FrameRate

FACE = {
    "expression": {"jawOpen": 0.5},
    "pose": {"yaw": 0.1, "pitch": 0.2, "roll": 0.3},
    "gaze": {"yaw": 0.3, "pitch": -0.11},
}
TIME_NS = 3_600_500_000_000  # an hour and half a second


def cells(decimals: int | None, titles: tuple[str, ...] = HEADER) -> dict[str, str]:
    extras = CsvExtras(list(titles), ",", decimals, 60, False, False, 3, [])
    cells_of = RowCells(tuple(map(column_of, titles)), extras, FrameRate(60))
    return dict(zip(titles, cells_of(TIME_NS, FACE), strict=True))


def test_a_face_gives_the_angles_the_apps_signs() -> None:
    texts = cells(None)
    assert (texts["Timecode"], texts["BlendshapeCount"]) == ("01:00:00:30.000", "61")
    assert (texts["JawOpen"], texts["MouthClose"]) == ("0.5", "0.0")
    assert (texts["HeadYaw"], texts["HeadPitch"], texts["HeadRoll"]) == ("0.1", "-0.2", "0.3")
    for eye in ("LeftEye", "RightEye"):
        assert (texts[f"{eye}Yaw"], texts[f"{eye}Pitch"], texts[f"{eye}Roll"]) == ("0.3", "0.11", "0.0")
    # to the subject's left and down: the left eye looks out, the right one in
    assert float(texts["EyeLookOutLeft"]) == float(texts["EyeLookInRight"]) == pytest.approx(0.5)
    assert float(texts["EyeLookDownLeft"]) == float(texts["EyeLookDownRight"]) == pytest.approx(0.2)


@pytest.mark.parametrize(("decimals", "text"), [(None, "0.5"), (1, "0.5"), (4, "0.5000")])
def test_numbers_have_the_wanted_digits(decimals: int | None, text: str) -> None:
    assert cells(decimals)["JawOpen"] == text


def test_columns_without_a_meaning_are_empty_and_any_order_is_kept() -> None:
    titles = ("Note", "jawOpen", "Timecode", "50%d off", "BlendshapeCount")
    assert list(cells(2, titles).values()) == ["", "0.50", "01:00:00:30.000", "", "1"]
