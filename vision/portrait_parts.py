"""The parts that a portrait is parsed into, and the picture that the parsing network is given.

The network sees the canvas at INPUT_PX with two planes beside the colours: the face's outline, and where there are pixels.
"""

from __future__ import annotations

from typing import Final

#: In the order of the network's outputs. A beard is hair; "hat" is all that is worn on or around the head: hats, scarves,
#: veils, headphones; hands and bare arms are skin.
PORTRAIT_PARTS: Final = ("background", "skin", "hair", "hat", "glasses", "ears", "neck", "clothes")
PORTRAIT_PART: Final = {name: number for number, name in enumerate(PORTRAIT_PARTS)}
#: Side of the network's picture, pixels.
INPUT_PX: Final = 160
#: Planes of the input: R, G, B 0..1 sRGB; 1 inside the outline of the face's landmarks; 1 where the portrait has pixels.
INPUT_PLANES: Final = 5
