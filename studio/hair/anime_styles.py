"""Hair styles of rendering style `anime`, as numbers; style `real` uses `haircuts`.

ANIME_HAIR_STYLES["bob"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class AnimeHairStyle:
    """The parameters of one hair style; lengths are in head-model units, about a centimetre.

    Attributes:
        part: x of the parting; positive is the subject's left.
        curl: radius and turns of a lock's coil.
        tie: position of the hair tie, mean-head space.
        tail: what the tied hair forms behind the tie.
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
