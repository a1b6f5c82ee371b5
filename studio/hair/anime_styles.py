"""Hair styles: how drawn hair is parted, waved and tied, as numbers; how real hair is cut, `cuts` knows.

ANIME_HAIR_STYLES["bob"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class AnimeHairStyle:
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


ANIME_HAIR_STYLES: Final[Mapping[str, AnimeHairStyle]] = {
    "bald": AnimeHairStyle(),
    "buzz": AnimeHairStyle(),
    "crop": AnimeHairStyle(),
    "pixie": AnimeHairStyle(part=1.8),
    "side_part": AnimeHairStyle(part=2.4),
    "slick": AnimeHairStyle(),
    "undercut": AnimeHairStyle(),
    "spiky": AnimeHairStyle(),
    "mohawk": AnimeHairStyle(),
    "bob": AnimeHairStyle(part=0.8),
    "fringe": AnimeHairStyle(),
    "long": AnimeHairStyle(part=-0.6),
    "wavy": AnimeHairStyle(part=1.6, curl=(0.42, 3.2)),
    "curly": AnimeHairStyle(curl=(0.55, 3.2)),
    "afro": AnimeHairStyle(curl=(0.35, 2.6)),
    "ponytail": AnimeHairStyle(tie=(0.0, 8.0, -9.6), tail="ponytail"),
    "bun": AnimeHairStyle(tie=(0.0, 13.6, -6.2), tail="bun"),
    "braids": AnimeHairStyle(tie=(7.2, -1.5, -4.6), tail="braids"),
}
