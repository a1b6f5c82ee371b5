"""Look: colours, hair, clothes and glasses of a head, generated from a seed.

look_of(7, "real").hair     # "bob"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from studio.seeds import random_of

Colour = tuple[float, float, float]

#: Natural hair, linear RGB: black, dark brown, brown, chestnut, auburn, copper, dark blond, blond, platinum, grey.
_HAIR: Final[tuple[Colour, ...]] = (
    (0.010, 0.009, 0.009), (0.022, 0.014, 0.010), (0.050, 0.028, 0.016), (0.085, 0.040, 0.020),
    (0.130, 0.040, 0.018), (0.260, 0.085, 0.028), (0.170, 0.105, 0.052), (0.330, 0.215, 0.105),
    (0.520, 0.420, 0.290), (0.240, 0.235, 0.230),
)  # fmt: skip
_DYED: Final[tuple[Colour, ...]] = (
    (0.45, 0.05, 0.12), (0.08, 0.12, 0.45), (0.05, 0.30, 0.28), (0.60, 0.22, 0.38), (0.25, 0.08, 0.42),
)  # fmt: skip
_ANIME_HAIR: Final[tuple[Colour, ...]] = (
    (0.75, 0.12, 0.16), (0.10, 0.22, 0.75), (0.07, 0.45, 0.42), (0.90, 0.38, 0.55), (0.38, 0.16, 0.70),
    (0.92, 0.62, 0.18), (0.62, 0.66, 0.78), (0.055, 0.05, 0.09), (0.22, 0.10, 0.06), (0.88, 0.33, 0.08),
    (0.30, 0.62, 0.22), (0.85, 0.80, 0.62),
)  # fmt: skip
_IRIS: Final[tuple[Colour, ...]] = (
    (0.085, 0.038, 0.015), (0.140, 0.065, 0.025), (0.210, 0.115, 0.040), (0.165, 0.150, 0.055),
    (0.110, 0.170, 0.090), (0.130, 0.220, 0.320), (0.230, 0.330, 0.420), (0.260, 0.290, 0.310),
)  # fmt: skip
_CLOTH: Final[tuple[Colour, ...]] = (
    (0.020, 0.022, 0.028), (0.600, 0.590, 0.560), (0.030, 0.050, 0.130), (0.270, 0.030, 0.035),
    (0.040, 0.120, 0.070), (0.330, 0.210, 0.090), (0.140, 0.150, 0.165), (0.420, 0.250, 0.300),
    (0.060, 0.180, 0.260), (0.480, 0.360, 0.080), (0.110, 0.070, 0.050), (0.250, 0.330, 0.420),
)  # fmt: skip
_ANIME_CLOTH: Final[tuple[Colour, ...]] = (
    (0.035, 0.040, 0.075), (0.88, 0.87, 0.85), (0.055, 0.10, 0.33), (0.62, 0.07, 0.08), (0.90, 0.72, 0.62),
    (0.10, 0.34, 0.27), (0.28, 0.30, 0.36), (0.86, 0.42, 0.50), (0.22, 0.48, 0.72), (0.92, 0.62, 0.16),
    (0.26, 0.15, 0.42), (0.55, 0.72, 0.82),
)  # fmt: skip
_LONG: Final = (
    "bob",
    "long",
    "wavy",
    "ponytail",
    "bun",
    "braids",
    "fringe",
    "curly",
    "side_part",
    "afro",
    "pixie",
    "long",
    "wavy",
    "bob",
)
_SHORT: Final = ("crop", "side_part", "buzz", "bald", "slick", "mohawk", "curly", "afro", "spiky", "undercut",
                 "fringe", "long", "side_part", "crop", "slick", "buzz", "wavy")  # fmt: skip
_ANIME: Final = ("fringe", "bob", "long", "ponytail", "braids", "spiky", "crop", "bun", "pixie", "side_part",
                 "wavy", "mohawk")  # fmt: skip
CLOTHES: Final = ("tee", "v_neck", "shirt", "hoodie", "turtleneck", "dress", "jacket")


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one person; colours are linear RGB 0..1, amounts 0..1 unless stated.

    Attributes:
        seed: seed of all that is random in skin, hair and clothes of this look.
        style: one of STYLES.
        melanin, haemoglobin: pigments of the skin.
        freckles, blotches, oil, age: of the skin; age also makes hair grey.
        lips: redness of the lips. make_up: amount of lipstick, eye shadow and blush. lipstick: its colour.
        stubble: density of a shaven beard. beard: density and length of a grown one. beard_cut: index in `beard.CUTS`.
        brow: thickness, arch and density, each about 1. brow_colour: a colour.
        hair: key of ANIME_HAIR_STYLES. hair_root, hair_tip: colours.
        iris: outer colour. iris_inner: colour around the pupil. iris_size, pupil: sizes, about 1.
        clothes: one of CLOTHES. cloth, trim: colours. pattern: 0 plain, 1 stripes, 2 checks, 3 heather.
        glasses: 0 none, 1 round, 2 square, 3 wide. glasses_colour: a colour.
        lashes: length, about 1.
        shoulders: half the width of the shoulders with the arms, head-model units.
    """

    seed: int
    style: str
    melanin: float
    haemoglobin: float
    freckles: float
    blotches: float
    oil: float
    age: float
    lips: float
    make_up: float
    lipstick: Colour
    stubble: float
    beard: float
    beard_cut: int
    brow: tuple[float, float, float]
    brow_colour: Colour
    hair: str
    hair_root: Colour
    hair_tip: Colour
    iris: Colour
    iris_inner: Colour
    iris_size: float
    pupil: float
    clothes: str
    cloth: Colour
    trim: Colour
    pattern: int
    glasses: int
    glasses_colour: Colour
    lashes: float
    shoulders: float


def look_of(seed: int, style: str) -> Look:
    """The look of a seed in a style of STYLES; the same on every machine."""
    random = random_of("look", seed)
    # all random numbers are drawn for every look, so that no choice shifts the numbers of another
    spread = random.uniform(size=40)
    bell = random.standard_normal(size=40)
    anime = style == "anime"
    feminine = spread[0] < 0.5
    melanin = float(0.22 + 1.05 * spread[1] ** 1.5)
    dark = min(melanin / 0.5, 1.0)
    age = float(spread[2] ** 2)
    # dark skin rarely comes with light hair and eyes
    hair = _mixed(_HAIR, float(spread[3] ** (1.2 + 2.5 * dark) * 0.92), spread[4])
    if age > 0.6:
        hair = _blend(hair, (0.32, 0.315, 0.31), (age - 0.6) * 2.2)
    natural = hair
    if spread[5] < 0.05:
        hair = _pick(_DYED, spread[6])
    if anime:
        hair, melanin = _pick(_ANIME_HAIR, spread[6]), melanin * 0.55
    styles = _ANIME if anime else _LONG if feminine else _SHORT
    tip = _blend(hair, (hair[0] * 1.7, hair[1] * 1.55, hair[2] * 1.4), 0.2 + 0.8 * float(spread[8]))
    make_up = float(max(0.0, spread[9] * 1.6 - 0.55)) if feminine else 0.0
    iris = _mixed(_IRIS, float(spread[10] ** (1.0 + 2.0 * dark)), spread[11])
    if anime:
        iris = _pick((*_ANIME_HAIR[:6], (0.25, 0.55, 0.12), (0.45, 0.20, 0.06)), spread[10])
    beard_draw = 0.0 if feminine or anime else float(spread[12])
    cloth = _pick(_ANIME_CLOTH if anime else _CLOTH, spread[13])
    return Look(
        seed=seed,
        style=style,
        melanin=melanin,
        haemoglobin=float(np.clip(0.42 + 0.11 * bell[0] + 0.12 * age, 0.2, 0.8)),
        freckles=float(max(0.0, spread[14] * 2.2 - 1.3) * (1.0 - 0.8 * dark)),
        blotches=float(0.4 + 0.6 * spread[15]),
        oil=float(0.25 + 0.6 * spread[16]),
        age=age,
        lips=float(0.55 + 0.5 * spread[17]),
        make_up=min(make_up, 1.0),
        lipstick=_pick(
            ((0.42, 0.03, 0.05), (0.50, 0.12, 0.13), (0.30, 0.04, 0.08), (0.52, 0.17, 0.14)), spread[18]
        ),
        stubble=0.0 if feminine or anime else float(0.15 + 0.75 * spread[19]),
        beard=float(max(0.0, beard_draw - 0.55) / 0.45),
        beard_cut=(0, 0, 0, 1, 1, 2, 3, 4, 4, 4)[int(spread[26] * 10)],
        brow=(
            float(np.clip((0.85 if feminine else 1.15) + 0.18 * bell[1], 0.55, 1.6)),
            float(np.clip((0.7 if feminine else 0.4) + 0.3 * bell[2], -0.3, 1.5)),
            float(np.clip(1.0 + 0.2 * bell[3], 0.55, 1.5)),
        ),
        brow_colour=_blend(hair if anime else natural, (0.016, 0.011, 0.008), 0.45),
        hair=styles[int(spread[20] * len(styles))],
        hair_root=_blend(hair, (0.0, 0.0, 0.0), 0.28),
        hair_tip=tip,
        iris=iris,
        iris_inner=_blend(iris, (0.30, 0.16, 0.05), 0.55 if not anime else 0.25),
        iris_size=float(np.clip(1.0 + 0.04 * bell[4], 0.92, 1.08)),
        pupil=float(np.clip(1.0 + 0.15 * bell[5], 0.7, 1.4)),
        clothes=CLOTHES[int(spread[21] * len(CLOTHES))] if feminine or spread[21] < 5 / 7 else "jacket",
        cloth=cloth,
        trim=_pick(_ANIME_CLOTH if anime else _CLOTH, spread[22]),
        pattern=int(spread[23] * 6) if spread[23] < 4 / 6 else 0,
        glasses=1 + int(spread[24] / 0.2 * 3) if spread[24] < 0.2 else 0,
        glasses_colour=_pick(((0.012, 0.012, 0.014), (0.10, 0.045, 0.02), (0.35, 0.30, 0.22)), spread[25]),
        lashes=float((1.0 if feminine else 0.75) + 0.25 * make_up),
        shoulders=float((14.5 if anime else 17.4 if feminine else 20.4) + np.clip(bell[6], -2.0, 2.0) * 0.9),
    )


def _pick(colours: tuple[Colour, ...], where: float) -> Colour:
    return colours[min(int(where * len(colours)), len(colours) - 1)]


def _mixed(colours: tuple[Colour, ...], where: float, jitter: float) -> Colour:
    """A mix of two neighbouring colours; `where` 0..1 is the position in the table."""
    place = where * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    return _blend(colours[low], colours[low + 1], (place - low) * 0.7 + 0.3 * float(jitter))


def _blend(a: Colour, b: Colour, share: float) -> Colour:
    red, green, blue = (float(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue
