"""Hair styles: how each grows, as numbers.

HAIR_STYLES["bob"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Flow = Literal["whorl", "part", "back", "tie", "forward", "out", "up", "side"]
Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class HairStyle:
    """Lengths are in head-model units, about a centimetre.

    Attributes:
        locks: how many. width: of one. segments: along one.
        length: in front, on top, at the sides, behind.
        flow: which way hair leaves the head: away from the crown or the parting, to the back, towards `tie`,
            forward, straight out, up, or over to one side.
        part: where the parting is, to the subject's left.
        lift: share of it that stands up at the root. gravity: how soon it hangs.
        thickness: how far it stays from the head, at least and at most.
        curl: radius and turns of a lock's coil. messy: how much neighbours differ.
        fringe: length of hair combed into the forehead, 0 = none.
        crest: only within this distance of the middle, 0 = everywhere.
        trimmed: height below which sides and back are shaven.
        tie: where it is tied. tail: of TAILS.
    """

    locks: int = 380
    width: float = 1.5
    segments: int = 7
    length: tuple[float, float, float, float] = (6.0, 6.0, 6.0, 6.0)
    flow: Flow = "whorl"
    part: float = 0.0
    lift: float = 0.3
    gravity: float = 0.25
    thickness: tuple[float, float] = (0.15, 0.9)
    curl: tuple[float, float] = (0.0, 0.0)
    messy: float = 0.12
    hug: float = 0.5
    fringe: float = 0.0
    crest: float = 0.0
    trimmed: float = -99.0
    tie: Place = (0.0, 0.0, 0.0)
    tail: Literal["none", "ponytail", "bun", "braids"] = "none"


HAIR_STYLES: Final[Mapping[str, HairStyle]] = {
    "bald": HairStyle(locks=0),
    "buzz": HairStyle(locks=1500, width=0.34, segments=2, length=(0.6, 0.65, 0.5, 0.5), lift=0.75, gravity=0.0,
                      thickness=(0.05, 0.35), messy=0.35, hug=0.0),
    "crop": HairStyle(locks=620, width=1.0, segments=5, length=(2.6, 2.8, 1.3, 1.3), flow="forward", lift=0.4,
                      gravity=0.05, thickness=(0.1, 0.9), messy=0.28, hug=0.3),
    "pixie": HairStyle(locks=520, width=1.25, segments=6, length=(4.6, 4.2, 3.2, 3.0), flow="whorl", lift=0.25,
                       gravity=0.15, thickness=(0.15, 1.0), messy=0.2, fringe=7.4, part=1.8, hug=0.5),
    "side_part": HairStyle(locks=480, width=1.3, segments=7, length=(6.0, 6.0, 2.6, 2.2), flow="part", part=2.4,
                           lift=0.4, gravity=0.12, thickness=(0.15, 1.2), messy=0.12, hug=0.45),
    "slick": HairStyle(locks=460, width=1.3, segments=7, length=(7.0, 6.5, 4.0, 3.0), flow="back", lift=0.3,
                       gravity=0.03, thickness=(0.15, 1.1), messy=0.08, hug=0.5),
    "undercut": HairStyle(locks=420, width=1.3, segments=7, length=(6.5, 6.5, 2.0, 3.0), flow="side", lift=0.45,
                          gravity=0.1, thickness=(0.3, 1.7), messy=0.16, trimmed=8.6, hug=0.35),
    "spiky": HairStyle(locks=460, width=1.2, segments=5, length=(3.4, 4.0, 2.0, 2.2), flow="up", lift=0.9,
                       gravity=-0.02, thickness=(0.1, 0.9), messy=0.45, hug=0.0),
    "mohawk": HairStyle(locks=300, width=1.3, segments=6, length=(5.0, 6.0, 5.0, 4.5), flow="up", lift=1.0,
                        gravity=-0.05, thickness=(0.1, 0.8), messy=0.14, crest=1.5, hug=0.0),
    "bob": HairStyle(locks=340, width=1.75, segments=9, length=(13.0, 13.5, 10.5, 9.5), flow="part", part=0.8,
                     lift=0.22, gravity=0.4, thickness=(0.2, 1.5), messy=0.07),
    "fringe": HairStyle(locks=340, width=1.75, segments=9, length=(13.5, 14.5, 12.0, 11.0), flow="part", lift=0.22,
                        gravity=0.4, thickness=(0.2, 1.5), messy=0.06, fringe=9.6),
    "long": HairStyle(locks=330, width=1.85, segments=11, length=(25.0, 26.0, 23.0, 21.0), flow="part", part=-0.6,
                      lift=0.22, gravity=0.4, thickness=(0.2, 1.6), messy=0.07),
    "wavy": HairStyle(locks=340, width=1.75, segments=13, length=(22.0, 23.0, 20.0, 18.0), flow="part", part=1.6,
                      lift=0.28, gravity=0.4, thickness=(0.3, 1.9), curl=(0.42, 3.2), messy=0.12),
    "curly": HairStyle(locks=540, width=1.0, segments=11, length=(6.5, 7.0, 6.5, 6.0), flow="whorl", lift=0.85,
                       gravity=0.2, thickness=(0.4, 2.4), curl=(0.55, 3.2), messy=0.35, hug=0.12),
    "afro": HairStyle(locks=760, width=1.25, segments=6, length=(4.6, 5.0, 4.8, 4.6), flow="out", lift=1.0,
                      gravity=0.0, thickness=(0.2, 0.6), curl=(0.35, 2.6), messy=0.3, hug=0.0),
    "ponytail": HairStyle(locks=340, width=1.4, segments=7, length=(30.0, 30.0, 30.0, 30.0), flow="tie",
                          lift=0.12, gravity=0.0, thickness=(0.12, 0.65), messy=0.03, tie=(0.0, 8.0, -9.6),
                          tail="ponytail"),
    "bun": HairStyle(locks=340, width=1.4, segments=7, length=(30.0, 30.0, 30.0, 30.0), flow="tie", lift=0.12,
                     gravity=0.0, thickness=(0.12, 0.65), messy=0.03, tie=(0.0, 13.6, -6.2), tail="bun"),
    "braids": HairStyle(locks=340, width=1.4, segments=7, length=(30.0, 30.0, 30.0, 30.0), flow="tie", lift=0.12,
                        gravity=0.0, thickness=(0.12, 0.7), messy=0.03, tie=(7.2, -1.5, -4.6), tail="braids"),
}  # fmt: skip
