"""Draw the README's picture: the built-in avatars in twelve Motions.

python -m scripts.banner docs/omote.png
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.avatar import load_avatar
from face.motion import Motion
from protocol.blendshapes import INDEX
from protocol.channels import CHANNEL_INDEX
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.head import HeadEngine

FRAME_PX: Final = 1000  # side of the rendered frames
COLUMNS: Final = 6
CELL_PX: Final = 250  # side of a cell in the banner

_SMILE: Final = {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}
_SHUT: Final = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
_WIDE: Final = {"eyeWideLeft": 0.7, "eyeWideRight": 0.7}
_FROWN: Final = {"mouthFrownLeft": 0.7, "mouthFrownRight": 0.7}
_LAUGH: Final = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "jawOpen": 0.28}
_CHEEKS: Final = {"cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}
_ANGER: Final = {"browDownLeft": 0.9, "browDownRight": 0.9, "noseSneerLeft": 0.5, "noseSneerRight": 0.5}
_BROWS_UP: Final = {"browInnerUp": 0.9, "browOuterUpLeft": 0.7, "browOuterUpRight": 0.7}

#: One frame each, distributed over the avatars in turn; names are ARKit coefficients, or layer.channel.
_FRAMES: Final[tuple[dict[str, float], ...]] = (
    {"pose.yaw": -0.42, "gaze.yaw": -0.10} | _SMILE,
    {"pose.roll": 0.14, "pose.yaw": 0.1} | _LAUGH | _CHEEKS,
    {"pose.pitch": 0.06, "jawOpen": 0.5} | _WIDE | _BROWS_UP,
    {},
    {"pose.roll": -0.12, "pose.yaw": -0.14, "eyeBlinkLeft": 1.0} | _SMILE,
    {"pose.yaw": 0.45, "gaze.yaw": 0.12} | _SMILE,
    {"pose.pitch": -0.08} | _SHUT | _SMILE,
    {"pose.pitch": -0.12, "pose.yaw": 0.12, "eyeSquintLeft": 0.4, "eyeSquintRight": 0.4} | _ANGER | _FROWN,
    {"gaze.yaw": 0.42, "pose.yaw": -0.16, "browOuterUpRight": 0.7, "mouthLeft": 0.4},
    {"pose.pitch": -0.16, "gaze.pitch": 0.12, "pose.roll": 0.08, "browInnerUp": 1.0} | _FROWN,
    {"pose.roll": 0.18, "pose.yaw": 0.15, "mouthPucker": 0.9, "eyeBlinkRight": 1.0},
    {"view.azimuth": 0.4, "view.elevation": 0.12, "gaze.yaw": 0.2} | _SMILE,
)


def draw_banner(folders: list[Path], path: Path) -> None:
    """Draw twelve frames, the avatars side by side in turn, into one picture of three to one and write it as PNG.

    Raises:
        AvatarError: a folder is not an avatar.
    """
    engine = HeadEngine(FRAME_PX)
    cells = [np.zeros(0, np.uint8)] * len(_FRAMES)
    try:
        for turn, folder in enumerate(folders):
            engine.set_avatar(load_avatar(folder))
            for place in range(turn, len(_FRAMES), len(folders)):
                cells[place] = _cell(engine.render(_motion(_FRAMES[place]), 0.0))
    finally:
        engine.close()
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    file = io.BytesIO()
    Image.fromarray(np.vstack(rows)).save(file, "PNG", optimize=True)
    path.write_bytes(file.getvalue())


def _motion(values: dict[str, float]) -> Motion:
    motion = Motion.neutral()
    for name, value in values.items():
        if name in INDEX:
            motion.expression[INDEX[name]] = value
        else:
            layer, channel = name.split(".")
            motion.values[CHANNEL_INDEX[layer][channel]] = value
    return motion


def _cell(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part of a frame (S, S, 4) around the head, scaled to (CELL_PX, CELL_PX, 3) uint8 RGB."""
    edge = FRAME_PX // 10
    inner = frame[edge // 3 : FRAME_PX - 2 * edge + edge // 3, edge : FRAME_PX - edge, :3]
    return np.asarray(Image.fromarray(inner).resize((CELL_PX, CELL_PX), Image.Resampling.LANCZOS))


def main() -> None:
    """Parse, draw."""
    parser = argparse.ArgumentParser(prog="python -m scripts.banner", description=__doc__)
    parser.add_argument("output", type=Path, metavar="PNG", help="such as docs/omote.png")
    draw_banner(list(builtin_avatars().values()), parser.parse_args().output)


if __name__ == "__main__":
    main()
