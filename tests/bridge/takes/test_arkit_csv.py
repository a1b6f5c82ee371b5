from __future__ import annotations

import pytest

from bridge.takes.arkit_csv import HEADER, column_of, number_text, row_values
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


def test_a_face_gives_the_angles_the_apps_signs() -> None:
    columns = tuple(map(column_of, HEADER))
    face = {
        "expression": {"jawOpen": 0.5},
        "pose": {"yaw": 0.1, "pitch": 0.2, "roll": 0.3},
        "gaze": {"yaw": 0.3, "pitch": -0.11},
    }
    values = dict(zip(HEADER, row_values(columns, face), strict=True))
    assert (values["BlendshapeCount"], values["JawOpen"], values["MouthClose"]) == (61.0, 0.5, 0.0)
    assert (values["HeadYaw"], values["HeadPitch"], values["HeadRoll"]) == (0.1, -0.2, 0.3)
    for eye in ("LeftEye", "RightEye"):
        assert (values[f"{eye}Yaw"], values[f"{eye}Pitch"], values[f"{eye}Roll"]) == (0.3, 0.11, 0.0)
    # to the subject's left and down: the left eye looks out, the right one in
    assert values["EyeLookOutLeft"] == values["EyeLookInRight"] == pytest.approx(0.5)
    assert values["EyeLookDownLeft"] == values["EyeLookDownRight"] == pytest.approx(0.2)


def test_numbers_have_the_wanted_digits() -> None:
    assert [number_text(0.25, decimals) for decimals in (None, 1, 4)] == ["0.25", "0.2", "0.2500"]
