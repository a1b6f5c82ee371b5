"""The avatar that comes with Omote: drawn from the head model, then put through the way every portrait goes.

    python -m authoring.builtin -o runtime/builtin/avatar
    python -m authoring.builtin --banner docs/omote.png
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from authoring.builtin_head import BuiltinHead, build_head
from authoring.builtin_portrait import SCALE, draw_portrait
from authoring.canvas import Canvas
from authoring.fit import HeadFit
from authoring.make import FaceInCanvas, Progress, write_avatar

NAME: Final = "Omote"


def make_builtin(folder: Path, *, progress: Progress, scale: int = SCALE) -> HeadFit:
    """Draw the portrait and write the avatar folder."""
    head = build_head()
    progress("drawing the portrait")
    return write_drawn(head, draw_portrait(head, scale), folder, progress=progress)


def write_drawn(head: BuiltinHead, canvas: Canvas, folder: Path, *, progress: Progress) -> HeadFit:
    """Make the avatar of a drawn head, whose landmarks and calm expression are known and not detected."""
    face = FaceInCanvas(head.landmarks(), np.zeros(52, np.float32))
    return write_avatar(canvas, face, folder, name=NAME, background="keep", progress=progress)
