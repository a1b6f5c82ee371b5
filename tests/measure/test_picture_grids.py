from __future__ import annotations

import io

import numpy as np
from PIL import Image

from measure.evaluation import GridRow
from measure.picture_grids import grid_jpeg


def flat(value: int) -> np.ndarray:
    return np.full((32, 32, 3), value, np.uint8)


def test_columns_are_portrait_truth_and_each_method_with_its_difference() -> None:
    row = GridRow("self", "moving", flat(20), flat(100), (flat(130), flat(100)))
    with Image.open(io.BytesIO(grid_jpeg([row, row], ["one", "two"]))) as image:
        sheet = np.asarray(image.convert("L"), int)
    cell = 144 + 2
    assert sheet.shape == (16 + 2 * cell, 6 * cell)
    middles = [sheet[16 + cell + 72, column * cell + 72] for column in range(6)]
    # differences are doubled, around mid grey
    assert np.abs(np.array(middles) - (20, 100, 130, 128 + 60, 100, 128)).max() <= 3
