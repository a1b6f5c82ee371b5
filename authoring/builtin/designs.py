"""The drawn avatars that come with Omote."""

from __future__ import annotations

from typing import Final

from authoring.builtin.design import (
    OMOTE,
    BrushDesign,
    ClothesDesign,
    Design,
    EyeDesign,
    HairDesign,
    HeadDesign,
    MakeupDesign,
    SkinDesign,
    Warp,
)

#: A mask of the Noh theatre, a young woman's (ko-omote), from which Omote has its name.
NOH: Final = Design(
    "Noh",
    head=HeadDesign(
        identity=((0, -0.4), (2, -0.7), (3, -0.8)),
        rest=(
            ("mouthSmileLeft", 0.42),
            ("mouthSmileRight", 0.42),
            ("eyeWideLeft", 0.1),
            ("eyeWideRight", 0.3),
        ),
        warps=(
            Warp((0.0, 0.7, 11.0), (2.2, 2.6, 4.0), (0.80, 0.80, 0.70)),
            Warp((0.0, -3.2, 10.0), (3.2, 1.7, 5.0), (0.70, 0.72, 0.84)),
            Warp((0.0, -8.5, 8.0), (6.0, 3.2, 6.0), (0.92, 0.78, 0.94)),
            Warp((0.0, -1.5, 7.0), (9.0, 4.0, 6.0), (1.03, 1.00, 1.00)),
        ),
        eye_scale=(1.38, 1.18, 1.0),
        ball_scale=1.22,
    ),
    skin=SkinDesign(
        tone=(0.965, 0.930, 0.880),
        blush=(0.95, 0.70, 0.62),
        blushes=(0.22, 0.05, 0.0, 0.10),
        lip=(0.74, 0.10, 0.09),
        lip_opacity=0.96,
        line=0.95,
        gloss=0.10,
        shine=0.8,
        ink=(0.06, 0.05, 0.055),
        brow=(0.11, 0.10, 0.11),
        crease=(0.62, 0.48, 0.42),
    ),
    eyes=EyeDesign(
        deep=(0.05, 0.035, 0.03),
        glow=(0.26, 0.15, 0.10),
        bounce=(0.5, 0.36, 0.26),
        white=(0.955, 0.930, 0.890),
        catchlights=((-0.30, 0.32, 0.15, 0.9), (0.34, -0.36, 0.06, 0.4)),
    ),
    makeup=MakeupDesign(
        brow="smudge",
        brow_lift_px=64.0,
        brow_half_px=15.0,
        lash_px=(1.5, 1.6),
        wing_px=(15.0, 1.5),
        lash_count=0,
        lower=0.5,
        brow_aside_px=-40.0,
        lip_width=0.66,
    ),
    hair=HairDesign(
        cut="parted",
        deep=(0.040, 0.038, 0.048),
        middle=(0.120, 0.115, 0.135),
        tip=(0.10, 0.095, 0.115),
        sheen=(0.50, 0.52, 0.60),
        gleam=(0.85, 0.88, 1.0),
        shine=(0.14, 0.16),
        curtain=(0.075, 0.070, 0.085),
        curtain_low=(-8.0, 0.2),
    ),
    clothes=ClothesDesign(
        "kimono", outer=(0.145, 0.130, 0.210), inner=(0.950, 0.930, 0.900), trim=(0.66, 0.14, 0.13)
    ),
    teeth=(0.10, 0.085, 0.085),
    backdrop=((0.560, 0.440, 0.330), (0.190, 0.140, 0.125)),
)

MIO: Final = Design(
    "Mio",
    head=HeadDesign(
        rest=(
            ("mouthSmileLeft", 0.55),
            ("mouthSmileRight", 0.55),
            ("browInnerUp", 0.25),
            ("eyeWideLeft", 1.0),
            ("eyeWideRight", 1.0),
        ),
        warps=(
            Warp((0.0, 0.7, 11.0), (2.2, 2.3, 4.0), (0.46, 0.50, 0.58)),
            Warp((0.0, -3.2, 10.0), (3.2, 1.7, 5.0), (0.50, 0.34, 0.84), (0.0, 0.35, 0.0)),
            Warp((0.0, -8.5, 8.0), (6.0, 3.4, 6.0), (0.58, 0.58, 0.92), (0.0, 1.1, 0.0)),
            Warp((0.0, -1.0, 7.0), (9.0, 3.0, 6.0), (1.03, 1.00, 1.00)),
        ),
        eye_scale=(1.78, 2.75, 1.0),
        eye_reach=(2.15, 1.9),
        ball_scale=2.05,
        iris_sine=0.57,
        neck_scale=0.64,
    ),
    skin=SkinDesign(
        tone=(1.0, 0.885, 0.835),
        blush=(0.98, 0.52, 0.50),
        blushes=(0.17, 0.0, 0.0, 0.0),
        lip=(0.86, 0.42, 0.42),
        lip_opacity=0.16,
        gloss=0.12,
        shine=0.25,
        ink=(0.16, 0.09, 0.17),
        brow=(0.42, 0.40, 0.62),
        crease=(0.62, 0.32, 0.34),
        flat=0.92,
        flat_shade=(0.84, 0.66, 0.72),
    ),
    eyes=EyeDesign(
        deep=(0.13, 0.06, 0.24),
        glow=(0.95, 0.45, 0.66),
        bounce=(1.0, 0.78, 0.86),
        rim=0.60,
        pupil=0.38,
        fibres=0.10,
        catchlights=((-0.32, 0.38, 0.27, 1.0), (0.36, -0.40, 0.13, 0.85), (0.10, -0.62, 0.07, 0.6)),
        white=(0.985, 0.970, 0.985),
    ),
    makeup=MakeupDesign(
        brow_lift_px=-2.0,
        brow_inner_px=(58.0, 40.0),
        brow_half_px=4.2,
        lash_px=(0.8, 6.0),
        wing_px=(12.0, 4.0),
        lash_count=3,
        crease=0.4,
    ),
    hair=HairDesign(
        cut="tails",
        deep=(0.20, 0.30, 0.52),
        middle=(0.44, 0.68, 0.88),
        tip=(0.98, 0.66, 0.82),
        tip_share=0.75,
        sheen=(0.75, 0.90, 1.0),
        gleam=(1.0, 0.98, 1.0),
        shine=(0.22, 0.40),
        curtain=(0.58, 0.61, 0.86),
        curtain_low=(1.5, 1.0),
        covers_from=6.0,
        flat=0.7,
    ),
    clothes=ClothesDesign(outer=(0.925, 0.930, 0.960), inner=(0.30, 0.32, 0.48), trim=(0.95, 0.45, 0.62)),
    backdrop=((0.870, 0.900, 0.985), (0.700, 0.720, 0.920)),
)

TEO: Final = Design(
    "Teo",
    head=HeadDesign(
        identity=((0, 0.3), (2, -0.3), (4, -0.3)),
        rest=(
            ("mouthSmileLeft", 0.50),
            ("mouthSmileRight", 0.62),
            ("eyeWideLeft", 0.5),
            ("eyeWideRight", 0.5),
        ),
        warps=(
            Warp((0.0, 0.7, 11.0), (2.4, 2.4, 4.0), (0.98, 0.92, 0.94)),
            Warp((0.0, -3.2, 10.0), (3.2, 1.7, 5.0), (0.88, 0.74, 0.90)),
            Warp((0.0, -8.5, 8.0), (6.0, 3.2, 6.0), (0.98, 0.88, 1.0)),
        ),
        eye_scale=(1.42, 1.52, 1.0),
        ball_scale=1.38,
        neck_scale=0.86,
    ),
    skin=SkinDesign(
        tone=(0.700, 0.470, 0.345),
        blush=(0.72, 0.33, 0.26),
        blushes=(0.18, 0.20, 0.04, 0.10),
        lip=(0.60, 0.29, 0.26),
        lip_opacity=0.45,
        gloss=0.16,
        ink=(0.07, 0.045, 0.045),
        brow=(0.10, 0.065, 0.055),
        crease=(0.30, 0.15, 0.11),
        beard=0.62,
    ),
    eyes=EyeDesign(deep=(0.09, 0.13, 0.08), glow=(0.46, 0.56, 0.27), bounce=(0.75, 0.80, 0.50)),
    makeup=MakeupDesign(
        brow_lift_px=2.0,
        brow_inner_px=(0.0, 0.0),
        brow_half_px=10.5,
        lash_px=(1.2, 1.4),
        wing_px=(3.0, 1.0),
        lash_count=0,
        lower=0.35,
    ),
    hair=HairDesign(
        cut="swept",
        deep=(0.060, 0.045, 0.045),
        middle=(0.185, 0.125, 0.105),
        tip=(0.33, 0.215, 0.155),
        sheen=(0.55, 0.38, 0.28),
        gleam=(0.95, 0.82, 0.70),
        shine=(0.26, 0.22),
        curtain=(0.20, 0.13, 0.11),
        curtain_low=(1.0, 1.0),
        covers_from=99.0,
    ),
    clothes=ClothesDesign("sweater", bare_to=-12.5, outer=(0.520, 0.225, 0.170)),
    backdrop=((0.690, 0.760, 0.740), (0.400, 0.500, 0.520)),
)

#: A portrait in oil: a young woman with long auburn hair.
ALMA: Final = Design(
    "Alma",
    head=HeadDesign(
        identity=((0, -0.4), (2, -0.6), (3, -0.7), (4, -0.3)),
        rest=(
            ("mouthSmileLeft", 0.50),
            ("mouthSmileRight", 0.42),
            ("browInnerUp", 0.15),
            ("eyeWideLeft", 0.7),
            ("eyeWideRight", 0.7),
        ),
        warps=(
            Warp((0.0, 0.7, 11.0), (2.2, 2.4, 4.0), (0.84, 0.82, 0.86)),
            Warp((0.0, -3.2, 10.0), (3.2, 1.7, 5.0), (0.80, 0.66, 0.88)),
            Warp((0.0, -8.5, 8.0), (6.0, 3.2, 6.0), (0.86, 0.80, 0.95)),
            Warp((0.0, -1.2, 7.0), (9.0, 3.2, 6.0), (1.03, 1.00, 1.00)),
        ),
        eye_scale=(1.48, 1.70, 1.0),
        ball_scale=1.46,
        neck_scale=0.76,
    ),
    skin=SkinDesign(
        tone=(0.935, 0.765, 0.640),
        blush=(0.92, 0.40, 0.32),
        blushes=(0.30, 0.16, 0.06, 0.14),
        lip=(0.74, 0.25, 0.24),
        lip_opacity=0.72,
        gloss=0.22,
        ink=(0.13, 0.075, 0.06),
        brow=(0.30, 0.150, 0.090),
        crease=(0.52, 0.25, 0.18),
    ),
    eyes=EyeDesign(
        deep=(0.07, 0.15, 0.17),
        glow=(0.40, 0.62, 0.56),
        bounce=(0.75, 0.86, 0.74),
        white=(0.945, 0.930, 0.900),
    ),
    makeup=MakeupDesign(
        brow_lift_px=5.0, brow_half_px=7.6, brow_inner_px=(8.0, 4.0), lash_px=(1.6, 2.8), wing_px=(10.0, 6.0)
    ),
    hair=HairDesign(
        cut="waves",
        deep=(0.150, 0.055, 0.040),
        middle=(0.420, 0.170, 0.085),
        tip=(0.720, 0.390, 0.170),
        sheen=(0.95, 0.56, 0.26),
        gleam=(1.0, 0.86, 0.62),
        shine=(0.34, 0.26),
        curtain=(0.34, 0.145, 0.08),
        curtain_low=(-3.0, 1.6),
    ),
    clothes=ClothesDesign(
        "kimono", outer=(0.105, 0.270, 0.255), inner=(0.930, 0.885, 0.790), trim=(0.780, 0.560, 0.220)
    ),
    backdrop=((0.600, 0.610, 0.500), (0.235, 0.270, 0.250)),
    brush=BrushDesign(),
)

#: By the folder's name.
DESIGNS: Final = {design.name.lower(): design for design in (OMOTE, NOH, MIO, TEO, ALMA)}
