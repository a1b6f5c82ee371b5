from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from studio.__main__ import main
from studio.commands.preview import COLUMNS, factor_rows, label_pictures
from studio.factors import Factors
from studio.renderer import Studio


def test_preview_draws_a_sheet(small_head: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert (
        main(["preview", "-o", str(sheet), "--ict", str(small_head), "--style", "clay", "--size", "48"]) == 0
    )
    with Image.open(sheet) as picture:
        width, height = picture.size
    assert width == COLUMNS * 48
    assert height > 9 * 48


def test_a_row_changes_one_factor() -> None:
    names = ("identity", "look", "background", "style", "pose", "articulation", "emotion", "gaze", "view")
    for caption, row in factor_rows(Factors()):
        assert len(row) == COLUMNS
        changed = {
            name for other in row[1:] for name in names
            if not np.array_equal(getattr(row[0], name), getattr(other, name))
        }  # fmt: skip
        assert len(changed) == 1, caption


def test_label_pictures_fit_into_one_row(small_studio: Studio) -> None:
    pictures = label_pictures(small_studio.render(Factors(), 40))
    assert len(pictures) == COLUMNS
    assert {picture.shape for picture in pictures.values()} == {(40, 40, 3)}
    assert {picture.dtype for picture in pictures.values()} == {np.dtype(np.uint8)}
