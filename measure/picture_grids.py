"""Picture grids: portrait, ground truth, and each method's frame with its difference; one small JPEG per protocol."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from measure.evaluation import GridRow

_CELL: Final = 144
_HEAD: Final = 16
_GAP: Final = 2
#: Differences are amplified by this factor, around mid grey.
_GAIN: Final = 2.0


def grid_jpeg(lines: Sequence[GridRow], methods: Sequence[str]) -> bytes:
    """Encode a grid as JPEG.

    Args:
        lines: one row each; pictures (H, W, 3) uint8 sRGB.
        methods: names, in the order of `GridRow.drawn`.

    Returns:
        JPEG bytes; columns portrait | truth | method | difference | method | difference ...
    """
    titles = ["portrait", "truth"]
    for method in methods:
        titles += [method, f"{method} - truth"]
    width = len(titles) * (_CELL + _GAP)
    sheet = Image.new("RGB", (width, _HEAD + len(lines) * (_CELL + _GAP)), (24, 24, 28))
    draw = ImageDraw.Draw(sheet)
    for column, title in enumerate(titles):
        draw.text((column * (_CELL + _GAP) + 3, 2), title, (230, 230, 230))
    for row, line in enumerate(lines):
        top = _HEAD + row * (_CELL + _GAP)
        for column, picture in enumerate(_pictures(line)):
            small = Image.fromarray(picture).resize((_CELL, _CELL), Image.Resampling.BOX)
            sheet.paste(small, (column * (_CELL + _GAP), top))
        draw.text(
            (_CELL + _GAP + 3, top + 2), line.word, (255, 255, 255), stroke_width=1, stroke_fill=(0, 0, 0)
        )
    content = io.BytesIO()
    sheet.save(content, "JPEG", quality=74, optimize=True)
    return content.getvalue()


def _pictures(line: GridRow) -> list[NDArray[np.uint8]]:
    found = [line.portrait, line.truth]
    for drawn in line.drawn:
        difference = (drawn.astype(np.float32) - line.truth) * _GAIN + 128.0
        found += [drawn, np.asarray(np.clip(difference, 0, 255), np.uint8)]
    return found
