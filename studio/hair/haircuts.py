"""Haircuts of style `real`, as numbers.

HAIRCUTS["bob"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Flow = Literal["whorl", "part", "back", "tie", "forward", "out", "up", "side"]
Place = tuple[float, float, float]
Around = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Haircut:
    """The parameters of one haircut.

    Hair is a closed cap over the scalp, for long hair also a curtain from the parting, and hair cards over both.
    Lengths are in head-model units, about a centimetre. Tuples of four hold front, top, sides and back. Heights and
    positions are in mean-head space.

    Attributes:
        cap: height of the cap's surface above the scalp.
        fuzz: (height above the cap, density) of each shell over it.
        frizz: hair without a direction, as in short or tightly curled hair.
        lumps: amplitude of the noise on the cap's height.
        flow: direction in which hair leaves the scalp: away from the whorl at the crown, away from the parting, back,
            towards `tie`, forward, straight out, up, or over to one side.
        part: x of the parting; positive is the subject's left.
        cards: number of cards over the cap. width, length, segments: of one card.
        over: least and greatest height of cards above the cap.
        lift: share of the root direction that points away from the scalp.
        gravity: downward pull at each growth step.
        messy: standard deviation of the root directions.
        hug: share of the distance by which hair above the cap is pulled back to it at each growth step.
        curl: radius and turns of a card's coil.
        point: how much cards taper towards the tip, 0 to 1.
        fall: heights at which a curtain ends in front, at the sides and behind; all 0 without a curtain.
        strands: number of cards over the curtain, 0 = no curtain.
        drape: distance of the curtain from the head.
        wave: amplitude and number of the curtain's waves.
        turned: how far the curtain's ends turn inwards.
        fringe: length of hair combed over the forehead, 0 = none.
        crest: height of a ridge along the middle, 0 = none.
        trimmed: height below which sides and back are shaven.
        tie: position of the hair tie.
        tail: what the tied hair forms behind the tie.
    """

    cap: Around = (0.25, 0.25, 0.2, 0.2)
    fuzz: tuple[tuple[float, float], ...] = ()
    frizz: bool = False
    lumps: float = 0.0
    flow: Flow = "whorl"
    part: float = 0.0
    cards: int = 0
    width: float = 1.6
    length: Around = (4.0, 4.0, 4.0, 4.0)
    segments: int = 4
    over: tuple[float, float] = (0.05, 0.35)
    lift: float = 0.2
    gravity: float = 0.1
    messy: float = 0.15
    hug: float = 0.75
    curl: tuple[float, float] = (0.0, 0.0)
    point: float = 0.5
    fall: tuple[float, float, float] = (0.0, 0.0, 0.0)
    strands: int = 0
    drape: float = 0.8
    wave: tuple[float, float] = (0.0, 0.0)
    turned: float = 0.0
    fringe: float = 0.0
    crest: float = 0.0
    trimmed: float = -99.0
    tie: Place = (0.0, 0.0, 0.0)
    tail: Literal["none", "ponytail", "bun", "braids"] = "none"


HAIRCUTS: Final[Mapping[str, Haircut]] = {
    "bald": Haircut(),
    "buzz": Haircut(cap=(0.10, 0.12, 0.08, 0.08), fuzz=((0.13, 0.42), (0.26, 0.24)), frizz=True),
    "crop": Haircut(cap=(0.55, 0.6, 0.15, 0.15), lumps=0.12, cards=150, width=1.5, length=(3.0, 3.0, 1.5, 1.5),
                    segments=4, hug=0.7, lift=0.25, gravity=0.05, messy=0.26, over=(0.1, 0.38),
                    point=0.7),
    "pixie": Haircut(cap=(0.8, 1.0, 0.6, 0.5), cards=90, width=1.7, length=(4.6, 4.4, 3.4, 3.2), segments=4,
                     lift=0.2, gravity=0.15, messy=0.14, over=(0.08, 0.35), fringe=6.6, part=1.8, point=0.8),
    "side_part": Haircut(cap=(1.0, 1.0, 0.45, 0.35), cards=84, width=1.7, length=(6.0, 6.0, 2.6, 2.2), segments=4,
                         flow="part", part=2.4, lift=0.3, gravity=0.1, messy=0.08, over=(0.04, 0.26), point=0.7),
    "slick": Haircut(cap=(0.9, 0.9, 0.4, 0.4), cards=80, width=1.6, length=(6.5, 6.0, 4.0, 3.0), segments=4,
                     flow="back", lift=0.2, gravity=0.02, messy=0.05, over=(0.03, 0.22), point=0.6),
    "undercut": Haircut(cap=(1.4, 1.6, 1.0, 1.0), cards=84, width=1.6, length=(5.5, 6.5, 4.0, 4.0), segments=4,
                        flow="side", lift=0.35, gravity=0.12, messy=0.12, over=(0.05, 0.5), hug=0.6,
                        trimmed=8.6, point=0.8),
    "spiky": Haircut(cap=(0.5, 0.6, 0.25, 0.25), lumps=0.3, cards=200, width=1.6, length=(3.4, 3.8, 2.2, 2.4), segments=3,
                     flow="up", hug=0.0, lift=0.35, gravity=-0.02, messy=0.2, over=(0.3, 0.8), point=1.0),
    "mohawk": Haircut(cap=(0.1, 0.1, 0.08, 0.08), fuzz=((0.14, 0.35),), frizz=True, crest=4.6, cards=70,
                      width=1.3, length=(5.0, 5.6, 5.0, 4.5), segments=4, flow="up", hug=0.0, lift=1.0,
                      gravity=-0.03, messy=0.12, over=(0.1, 0.5), point=0.9),
    "bob": Haircut(fall=(-6.2, -6.8, -6.0), part=0.9, strands=70, segments=7, drape=1.35, wave=(0.18, 1.0), turned=1.6,
                   flow="part"),
    "fringe": Haircut(fall=(-8.5, -9.0, -8.5), strands=52, segments=7, drape=1.25, wave=(0.12, 1.0), turned=0.8, fringe=8.6,
                      flow="part"),
    "long": Haircut(fall=(-20.0, -20.5, -21.0), part=-0.7, strands=70, segments=8, drape=1.5, wave=(0.28, 1.5),
                    flow="part"),
    "wavy": Haircut(fall=(-16.0, -17.0, -18.0), part=1.6, strands=60, segments=9, drape=1.45, wave=(0.75, 2.3),
                    flow="part"),
    "curly": Haircut(cap=(1.5, 2.0, 1.7, 1.3), lumps=0.5, cards=130, width=1.7, length=(3.6, 4.0, 4.6, 4.8),
                     segments=6, hug=0.4, lift=0.45, gravity=0.2, messy=0.4, curl=(0.62, 1.25), over=(0.1, 0.9),
                     point=0.6),
    "afro": Haircut(cap=(2.3, 3.0, 2.7, 2.5), lumps=0.7, fuzz=((0.3, 0.6), (0.65, 0.4), (1.0, 0.25)),
                    frizz=True,
                    flow="out"),
    "ponytail": Haircut(cap=(0.45, 0.5, 0.4, 0.35), flow="tie", cards=50, width=1.5, segments=5, lift=0.1,
                        messy=0.03, over=(0.0, 0.12), tie=(0.0, 8.0, -9.6), tail="ponytail", point=0.4),
    "bun": Haircut(cap=(0.45, 0.5, 0.4, 0.35), flow="tie", cards=50, width=1.5, segments=5, lift=0.1, messy=0.03,
                   over=(0.0, 0.12), tie=(0.0, 13.6, -6.2), tail="bun", point=0.4),
    "braids": Haircut(cap=(0.4, 0.45, 0.35, 0.3), flow="tie", cards=36, width=1.4, segments=5, lift=0.1, messy=0.03,
                      over=(0.0, 0.12), tie=(7.2, -1.5, -4.6), tail="braids", point=0.4),
}  # fmt: skip
