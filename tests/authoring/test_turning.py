from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2")

from authoring.turning import CELL_PX, COLUMNS, EXPRESSIONS, WIDEST_RAD, draw_turning, yaws
from face.avatar import load_avatar
from runtime.avatars.builtin import builtin_avatars

PAGE = Path(__file__).parents[2] / "runtime" / "panel" / "turning.js"


@pytest.fixture(scope="module")
def sheet() -> np.ndarray:
    with Image.open(io.BytesIO(draw_turning(load_avatar(builtin_avatars()["ines"])))) as picture:
        return np.asarray(picture.convert("RGB"), np.float32)


def cell(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = row * CELL_PX, column * CELL_PX
    return sheet[top : top + CELL_PX, left : left + CELL_PX]


def test_the_sheet_has_a_cell_for_every_yaw_and_expression(sheet: np.ndarray) -> None:
    assert sheet.shape == (len(EXPRESSIONS) * CELL_PX, COLUMNS * CELL_PX, 3)
    assert (yaws()[0], yaws()[COLUMNS // 2], yaws()[-1]) == pytest.approx((-WIDEST_RAD, 0, WIDEST_RAD))


def test_each_cell_differs_from_its_neighbours(sheet: np.ndarray) -> None:
    for row in range(len(EXPRESSIONS)):
        for column in range(COLUMNS - 1):
            moved = np.abs(cell(sheet, row, column) - cell(sheet, row, column + 1)).max()
            assert moved > 30, (row, column)
    for row in range(1, len(EXPRESSIONS)):
        assert np.abs(cell(sheet, row, COLUMNS // 2) - cell(sheet, 0, COLUMNS // 2)).max() > 60


def test_the_page_knows_the_sheet() -> None:
    script = PAGE.read_text("utf-8")
    numbers = {
        name: float(re.findall(rf"\b{name} = ([\d.]+)", script)[0])
        for name in ("COLUMNS", "WIDEST_RAD", "CELL_PX")
    }
    assert numbers == {"COLUMNS": COLUMNS, "WIDEST_RAD": WIDEST_RAD, "CELL_PX": CELL_PX}
    [rows] = re.findall(r"ROWS = \{(.*?)\}", script)
    assert re.findall(r"(\w+): (\d)", rows) == [
        (pose.caption, str(row)) for row, pose in enumerate(EXPRESSIONS)
    ]
