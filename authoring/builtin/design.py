"""Design: everything in which one drawn avatar differs from another.

The defaults are `omote`'s. Colours are sRGB 0..1; lengths are model units, and canvas pixels where a name ends in `_px`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Warp:
    """A part of the mean head that is scaled about a centre.

    Attributes:
        centre: about the mean head.
        reach: standard deviation per axis.
        scale: factor per axis at the centre.
        shift: movement at the centre.
    """

    centre: Triple
    reach: Triple
    scale: Triple = (1.0, 1.0, 1.0)
    shift: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class HeadDesign:
    """The head's shape.

    Attributes:
        identity: pairs of an identity mode and its weight.
        rest: pairs of a blendshape and its weight that belong to the person, not to the expression.
        warps: applied in turn.
        eye_scale: of what surrounds the eyes, per axis.
        eye_reach: standard deviation of that scaling, across and up.
        ball_scale: of the eyeballs.
        iris_sine: sine of the iris' half angle, seen from the eyeball's centre.
        neck_scale: the neck's width.
        lid_overlap: how far a closed lid goes below the lower lid's edge.
    """

    identity: tuple[tuple[int, float], ...] = ((0, -0.5), (2, -0.9), (3, -1.0), (4, -0.5))
    rest: tuple[tuple[str, float], ...] = (
        ("mouthSmileLeft", 0.78),
        ("mouthSmileRight", 0.70),
        ("browInnerUp", 0.3),
        ("eyeWideLeft", 1.0),
        ("eyeWideRight", 1.0),
        ("mouthDimpleLeft", 0.3),
        ("mouthDimpleRight", 0.3),
    )
    warps: tuple[Warp, ...] = (
        Warp((0.0, 0.7, 11.0), (2.2, 2.3, 4.0), (0.76, 0.72, 0.80)),  # a small nose
        Warp((0.0, -3.2, 10.0), (3.2, 1.7, 5.0), (0.74, 0.52, 0.84)),  # a small mouth
        Warp((0.0, -8.5, 8.0), (6.0, 3.2, 6.0), (0.78, 0.70, 0.94)),  # a fine chin
        Warp((0.0, -1.0, 7.0), (9.0, 3.0, 6.0), (1.05, 1.00, 1.00)),  # round cheeks
    )
    eye_scale: Triple = (1.66, 2.05, 1.0)
    eye_reach: tuple[float, float] = (2.3, 1.75)
    ball_scale: float = 1.6
    iris_sine: float = 0.52
    neck_scale: float = 0.78
    lid_overlap: float = 0.27


@dataclass(frozen=True, slots=True)
class SkinDesign:
    """Colours of the skin and of what is painted on it.

    Attributes:
        blushes: opacity 0..1 of the blush on cheeks, nose, chin, eye sockets.
        lip_opacity: 0..1.
        line: opacity 0..1 of the line between the lips.
        gloss: strength of the lips' highlight.
        shine: factor of the highlights on the skin.
        beard: opacity 0..1 of a short beard in the brows' colour.
        flat: 0..1 how much the light has two tones instead of a gradient.
        flat_shade: what the darker one of the two tones is of the lighter one.
    """

    tone: Triple = (0.925, 0.722, 0.600)
    blush: Triple = (0.93, 0.47, 0.42)
    blushes: tuple[float, float, float, float] = (0.26, 0.20, 0.08, 0.12)
    lip: Triple = (0.80, 0.40, 0.37)
    lip_opacity: float = 0.58
    line: float = 0.80
    gloss: float = 0.30
    shine: float = 1.0
    ink: Triple = (0.145, 0.085, 0.095)
    brow: Triple = (0.195, 0.105, 0.100)
    crease: Triple = (0.50, 0.25, 0.21)
    beard: float = 0.0
    flat: float = 0.0
    flat_shade: Triple = (0.80, 0.62, 0.66)


@dataclass(frozen=True, slots=True)
class EyeDesign:
    """The eyes.

    Attributes:
        deep, glow: the iris above and below.
        bounce: light in a crescent at its lower edge.
        rim: opacity 0..1 of the dark ring around it.
        pupil: radius as a share of the iris'.
        fibres: strength of the fibres.
        catchlights: x, y, radius as shares of the iris' radius, y up, and opacity.
        white: of the eye.
        lid_shadow: strength of the upper lid's shadow on the white.
    """

    deep: Triple = (0.20, 0.105, 0.065)
    glow: Triple = (0.80, 0.47, 0.20)
    bounce: Triple = (0.95, 0.66, 0.36)
    rim: float = 0.72
    pupil: float = 0.46
    fibres: float = 0.30
    catchlights: tuple[tuple[float, float, float, float], ...] = (
        (-0.34, 0.34, 0.225, 0.97),
        (0.36, -0.38, 0.10, 0.60),
    )
    white: Triple = (0.965, 0.945, 0.930)
    lid_shadow: float = 1.0


@dataclass(frozen=True, slots=True)
class MakeupDesign:
    """Brows, lashes and lids.

    Attributes:
        brow: single strokes, or a soft round smudge.
        brow_lift_px: how far the brows lie above the head's own.
        brow_inner_px: how much higher their inner ends are, first and second point.
        brow_half_px: half height.
        lash_px: half width of the lashes' band at the nose, and what is added at the temple.
        wing_px: outwards and up, beyond the eye's outer corner.
        lash_count: single lashes.
        crease: opacity 0..1 of the fold above the upper lid.
        lower: opacity 0..1 of the line below the lower lid.
        brow_aside_px: how far the brows lie outside the head's own.
        lip_width: of the painted lips, as a share of the head's own.
    """

    brow: Literal["strokes", "smudge"] = "strokes"
    brow_lift_px: float = 7.0
    brow_inner_px: tuple[float, float] = (11.0, 5.0)
    brow_half_px: float = 9.2
    lash_px: tuple[float, float] = (1.7, 3.4)
    wing_px: tuple[float, float] = (13.0, 9.0)
    lash_count: int = 5
    crease: float = 0.55
    lower: float = 190 / 255
    brow_aside_px: float = 0.0
    lip_width: float = 1.0


@dataclass(frozen=True, slots=True)
class HairDesign:
    """The hair.

    Attributes:
        cut: of `authoring.builtin.hair.CUTS`.
        deep, middle, tip: from the depth of the hair to its ends.
        tip_share: how much of `tip` the ends have, 0..1.
        sheen, gleam: colours of the broad and of the narrow highlight.
        shine: strengths of the broad and of the narrow highlight.
        curtain: beside the temples, where the portrait does not show it.
        curtain_low: height on the mean head at which it ends, and how much farther out it begins there.
        covers_from: how far aside hair covers the ears, which are not drawn there.
        flat: 0..1 how much the light has two tones.
    """

    cut: str = "bob"
    deep: Triple = (0.150, 0.085, 0.100)
    middle: Triple = (0.310, 0.165, 0.160)
    tip: Triple = (0.560, 0.330, 0.250)
    tip_share: float = 0.42
    sheen: Triple = (0.78, 0.42, 0.30)
    gleam: Triple = (1.0, 0.80, 0.66)
    shine: tuple[float, float] = (0.36, 0.30)
    curtain: Triple = (0.40, 0.23, 0.205)
    curtain_low: tuple[float, float] = (-4.0, 1.6)
    covers_from: float = 6.9
    flat: float = 0.0


@dataclass(frozen=True, slots=True)
class ClothesDesign:
    """The clothes.

    Attributes:
        kind: of `authoring.builtin.clothes.KINDS`.
        bare_to: height below which no skin is drawn.
        outer, inner, trim: colours of what is worn outside, of the shirt below, and of strings and edges.
    """

    kind: str = "hoodie"
    bare_to: float = -15.0
    outer: Triple = (0.235, 0.520, 0.530)
    inner: Triple = (0.955, 0.925, 0.880)
    trim: Triple = (0.965, 0.900, 0.800)


@dataclass(frozen=True, slots=True)
class BrushDesign:
    """The brush of a painting.

    Attributes:
        radii_px: of the brushes, from the broadest.
        tolerance: sRGB difference 0..1 at which a finer stroke is set.
        tint: standard deviation of a stroke's colour, sRGB 0..1.
        bristle: standard deviation of a bristle's tone within a stroke.
        detail: 0..1 how much of what is finer than the finest brush stays.
        rough_px: standard deviation of the outline's displacement.
    """

    radii_px: tuple[float, ...] = (14.0, 7.0, 3.5)
    tolerance: float = 0.035
    tint: float = 0.016
    bristle: float = 0.022
    detail: float = 0.9
    rough_px: float = 1.5


@dataclass(frozen=True, slots=True)
class Design:
    """One drawn avatar.

    Attributes:
        name: its display name; the folder's is the same in lower case.
        teeth: colour of the teeth; None = usual ones.
        backdrop: colours of the wall behind, in the middle and at the edge.
        brush: paints everything anew; None = smooth.
        is_lossless: its pictures, but for what lies behind, lose nothing; else hardly visibly.
    """

    name: str
    head: HeadDesign = HeadDesign()
    skin: SkinDesign = SkinDesign()
    eyes: EyeDesign = EyeDesign()
    makeup: MakeupDesign = MakeupDesign()
    hair: HairDesign = HairDesign()
    clothes: ClothesDesign = ClothesDesign()
    teeth: Triple | None = None
    backdrop: tuple[Triple, Triple] = ((0.985, 0.885, 0.800), (0.900, 0.690, 0.620))
    brush: BrushDesign | None = None
    is_lossless: bool = False


OMOTE: Final = Design("Omote", is_lossless=True)
