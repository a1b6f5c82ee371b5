"""A contact sheet: one avatar in a few motions, with the time of each picture, to judge an engine with new weights by.

sheet = draw_contact_sheet(engine, portrait, clock=time.perf_counter)
sheet.picture                    # (rows * 256, columns * 256, 3) uint8
sheet.median_ms
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from face.motion import Motion
from protocol.channels import CHANNEL_INDEX
from runtime.engines.engine import RendererEngine

CELL_PX: Final = 256
COLUMNS: Final = 5
BACKDROP: Final = 96
#: Caption -> channels that are added to the portrait's own, as layer.channel.
MOTIONS: Final[dict[str, dict[str, float]]] = {
    "at rest": {},
    "yaw +25: to the picture's right": {"pose.yaw": 0.44},
    "yaw -25": {"pose.yaw": -0.44},
    "pitch +12: up": {"pose.pitch": 0.21},
    "roll +15: to the picture's left": {"pose.roll": 0.26},
    "left eye shut: at the right": {"expression.eyeBlinkLeft": 1.0},
    "both eyes shut": {"expression.eyeBlinkLeft": 1.0, "expression.eyeBlinkRight": 1.0},
    "jaw open": {"expression.jawOpen": 0.7},
    "smile": {"expression.mouthSmileLeft": 0.9, "expression.mouthSmileRight": 0.9},
    "pucker": {"expression.mouthPucker": 0.9},
    "mouth to the picture's right": {"expression.mouthLeft": 0.8},
    "brows up": {
        "expression.browInnerUp": 0.9,
        "expression.browOuterUpLeft": 0.9,
        "expression.browOuterUpRight": 0.9,
    },
    "gaze to the picture's right": {"gaze.yaw": 0.4},
    "gaze up": {"gaze.pitch": 0.3},
    "camera from the picture's right": {"view.azimuth": 0.35},
}


@dataclass(frozen=True, slots=True, eq=False)
class ContactSheet:
    """What was drawn.

    Attributes:
        picture: (rows, columns, 3) uint8 sRGB. times_ms: of each picture, in the order of MOTIONS.
    """

    picture: NDArray[np.uint8]
    times_ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """Without the first picture, which is slower."""
        return median(self.times_ms[1:])


def motion_from(portrait: NDArray[np.float32], changes: dict[str, float]) -> Motion:
    """The portrait's Motion (CHANNELS,) with changes; expressions stay within 0..1."""
    made = Motion.neutral()
    made.values[:] = portrait
    for name, change in changes.items():
        layer, channel = name.split(".")
        made.values[CHANNEL_INDEX[layer][channel]] += change
    np.clip(made.expression, 0.0, 1.0, out=made.expression)
    return made


def draw_contact_sheet(
    engine: RendererEngine, portrait: NDArray[np.float32], *, clock: Callable[[], float]
) -> ContactSheet:
    """Draw every motion of MOTIONS with an engine that waits for its pictures and wears the avatar.

    Args:
        portrait: (CHANNELS,) the avatar's Motion in its portrait.
        clock: monotonic seconds.

    Raises:
        RenderError: the engine cannot draw.
    """
    rows = -(-len(MOTIONS) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL_PX, rows * CELL_PX), (BACKDROP,) * 3)
    draw = ImageDraw.Draw(sheet)
    times = []
    for number, (caption, changes) in enumerate(MOTIONS.items()):
        began_s = clock()
        pixels = engine.render(motion_from(portrait, changes), 0.0)
        times.append(1000.0 * (clock() - began_s))
        cell = Image.fromarray(pixels).resize((CELL_PX, CELL_PX), Image.Resampling.BOX)
        at = (number % COLUMNS * CELL_PX, number // COLUMNS * CELL_PX)
        sheet.paste(cell, at, cell)
        draw.rectangle((*at, at[0] + CELL_PX, at[1] + 14), fill=(0, 0, 0))
        draw.text((at[0] + 4, at[1] + 1), caption, fill=(255, 255, 255))
    return ContactSheet(np.asarray(sheet), tuple(times))
