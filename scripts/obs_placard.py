"""Draw obs_sample/data/placard.png: what OBS shows while there is no runtime, and says what to do.

python scripts/obs_placard.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

OUT: Final = Path(__file__).resolve().parent.parent / "obs_sample" / "data" / "placard.png"
SIDE: Final = 512
SUPERSAMPLING: Final = 4
CARD: Final = (28, 30, 36, 225)
RIM: Final = (120, 124, 134, 255)
TEXT: Final = (240, 240, 236, 255)
QUIET: Final = (176, 180, 188, 255)
#: Height of the middle of a line, its size and colour, and the text.
LINES: Final = (
    (196, 40, TEXT, "Omote is not running"),
    (262, 26, QUIET, "Start it in a terminal:"),
    (318, 34, TEXT, "omote run"),
)


def placard() -> Image.Image:
    """(SIDE, SIDE) RGBA with straight alpha: a dark card with light letters, transparent around it."""
    scale = SUPERSAMPLING
    picture = Image.new("RGBA", (SIDE * scale, SIDE * scale))
    pen = ImageDraw.Draw(picture)
    box = [24 * scale, 120 * scale, (SIDE - 24) * scale, (SIDE - 120) * scale]
    pen.rounded_rectangle(box, radius=28 * scale, fill=CARD, outline=RIM, width=3 * scale)
    for middle, size, colour, text in LINES:
        font = ImageFont.load_default(size * scale)
        pen.text((SIDE * scale / 2, middle * scale), text, colour, font, anchor="mm")
    return picture.resize((SIDE, SIDE), Image.Resampling.BOX)


def main() -> int:
    """Write the file."""
    placard().save(OUT, optimize=True)
    print(OUT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
