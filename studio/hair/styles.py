"""Hair styles: how drawn hair is parted, waved and tied, as numbers; how real hair is cut, `cuts` knows.

HAIR_STYLES["bob"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class HairStyle:
    """Lengths are in head-model units, about a centimetre.

    Attributes:
        part: where the parting is, to the subject's left.
        curl: radius and turns of a lock's coil.
        tie: where it is tied. tail: what it becomes behind the tie.
    """

    part: float = 0.0
    curl: tuple[float, float] = (0.0, 0.0)
    tie: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tail: Literal["none", "ponytail", "bun", "braids"] = "none"


HAIR_STYLES: Final[Mapping[str, HairStyle]] = {
    "bald": HairStyle(),
    "buzz": HairStyle(),
    "crop": HairStyle(),
    "pixie": HairStyle(part=1.8),
    "side_part": HairStyle(part=2.4),
    "slick": HairStyle(),
    "undercut": HairStyle(),
    "spiky": HairStyle(),
    "mohawk": HairStyle(),
    "bob": HairStyle(part=0.8),
    "fringe": HairStyle(),
    "long": HairStyle(part=-0.6),
    "wavy": HairStyle(part=1.6, curl=(0.42, 3.2)),
    "curly": HairStyle(curl=(0.55, 3.2)),
    "afro": HairStyle(curl=(0.35, 2.6)),
    "ponytail": HairStyle(tie=(0.0, 8.0, -9.6), tail="ponytail"),
    "bun": HairStyle(tie=(0.0, 13.6, -6.2), tail="bun"),
    "braids": HairStyle(tie=(7.2, -1.5, -4.6), tail="braids"),
}
