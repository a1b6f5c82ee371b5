"""The turning preview: the avatar at many yaws and in a few expressions, as one picture that a page can leaf through.

webp = draw_turning(load_avatar(folder))
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.preview import Pose, motion_of
from face.avatar import Avatar
from runtime.engines.head import HeadEngine

CELL_PX: Final = 320
COLUMNS: Final = 19
WIDEST_RAD: Final = 0.45  # yaw of the outermost columns; must match runtime/panel/turning.js
QUALITY: Final = 85  # of WebP's 100

#: One row each; must match runtime/panel/turning.js.
EXPRESSIONS: Final = (
    Pose("calm"),
    Pose("smile", both={"mouthSmile": 0.8, "cheekSquint": 0.4}),
    Pose("talk", channels={("expression", "jawOpen"): 0.35, ("expression", "mouthFunnel"): 0.2}),
    Pose("blink", both={"eyeBlink": 1.0}),
)


def yaws() -> NDArray[np.float64]:
    """The yaw of each column (COLUMNS,), radians, from the picture's left to its right."""
    return np.linspace(-WIDEST_RAD, WIDEST_RAD, COLUMNS)


def draw_turning(avatar: Avatar) -> bytes:
    """Draw a sheet of COLUMNS cells by len(EXPRESSIONS) cells, each CELL_PX a side, as a WebP file with alpha."""
    sheet = np.empty((len(EXPRESSIONS) * CELL_PX, COLUMNS * CELL_PX, 4), np.uint8)
    engine = HeadEngine(CELL_PX)
    try:
        engine.set_avatar(avatar)
        for row, pose in enumerate(EXPRESSIONS):
            for column, yaw in enumerate(yaws()):
                motion = motion_of(pose)
                motion.pose[0] = yaw
                cell = engine.render(motion, 0.0)
                top, left = row * CELL_PX, column * CELL_PX
                sheet[top : top + CELL_PX, left : left + CELL_PX] = cell
    finally:
        engine.close()
    out = BytesIO()
    Image.fromarray(sheet).save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()
