"""Colours of a drawn avatar's skin, mouth and eyes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.design import Design, EyeDesign
from authoring.builtin.head import BuiltinHead
from authoring.builtin.light import diffuse_light, rim_light, specular, srgb_to_linear, two_tone
from authoring.builtin.makeup import Makeup
from face.easing import smoothstep
from face.eyeballs import EYE_CLEARANCE

Floats = NDArray[np.float32]

MARKS: Final = ("brows", "lashes", "crease", "waterline", "lips", "mouth_line", "lip_gloss")


def skin_colour(
    design: Design, normal: Floats, place: Floats, shade: Floats, shadow: Floats, marks: dict[str, Floats]
) -> Floats:
    """Linear light (N, 3) of skin pixels.

    Args:
        normal: (N, 3) unit vectors.
        place: (N, 3) the same points on the mean head, model units.
        shade: (N,) ambient visibility 0..1.
        shadow: (N,) shadow of the hair 0..1.
        marks: name -> (N,), the makeup's masks at these pixels.
    """
    skin = design.skin
    tone, lip = srgb_to_linear(skin.tone), srgb_to_linear(skin.lip)
    albedo = np.broadcast_to(tone, normal.shape).copy()
    # 1. Blush: cheeks, a little on nose and chin.
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    cheek = np.exp(-(((x - 4.9) / 1.9) ** 2 + ((y + 0.1) / 1.35) ** 2)) * (z > 3)
    nose = np.exp(-((x / 1.3) ** 2 + ((y - 0.1) / 0.9) ** 2)) * (z > 10)
    chin = np.exp(-((x / 2.0) ** 2 + ((y + 8.0) / 1.4) ** 2)) * (z > 5)
    socket = np.exp(-(((x - 3.4) / 2.2) ** 2 + ((y - 4.6) / 1.1) ** 2)) * (z > 5)
    a, b, c, d = skin.blushes
    blush = np.clip(a * cheek + b * nose + c * chin + d * socket, 0, 0.6)[:, None]
    albedo += (albedo * srgb_to_linear(skin.blush) / tone.max() - albedo) * blush
    # 2. Beard, lips.
    if skin.beard:
        albedo += (srgb_to_linear(skin.brow) - albedo) * _beard(place)[:, None] * skin.beard
    lips = marks["lips"][:, None]
    albedo += (lip - albedo) * lips * skin.lip_opacity
    light = diffuse_light(normal, shade * (1 - 0.45 * shadow), (0.52, 0.36, 0.30))
    light *= 1 - shadow[:, None] * np.array([0.20, 0.30, 0.32], np.float32)
    colour = albedo * two_tone(light, skin.flat, skin.flat_shade)
    # 3. Specular light: broad on skin, narrower on the tip of the nose and the lips.
    colour += (skin.shine * 0.045 * specular(normal, 14) * (1 - 0.6 * shadow))[:, None]
    colour += (specular(normal, 70) * (skin.shine * (0.05 + 0.10 * nose)))[:, None]
    colour += (skin.gloss * marks["lip_gloss"] * (0.35 + 0.65 * specular(normal, 6)))[:, None] * np.array(
        [1, 0.92, 0.9], np.float32
    )
    colour += rim_light(normal, 3.2) * (0.30 * skin.shine) * shade[:, None]
    # 4. Makeup.
    colour += (srgb_to_linear(skin.crease) * 0.75 - colour) * (design.makeup.crease * marks["crease"])[
        :, None
    ]
    colour += (colour * 1.10 + srgb_to_linear((0.5, 0.28, 0.25)) * 0.25 - colour) * (
        0.5 * marks["waterline"]
    )[:, None]
    colour += (lip * 0.28 - colour) * (skin.line * marks["mouth_line"])[:, None]
    colour += (srgb_to_linear(skin.brow) * (0.8 + 0.5 * light) - colour) * (0.93 * marks["brows"])[:, None]
    colour += (srgb_to_linear(skin.ink) - colour) * marks["lashes"][:, None]
    return colour.astype(np.float32)


def _beard(place: Floats) -> Floats:
    """Opacity (N,) 0..1 of a short beard: jaw, chin and upper lip of the mean head."""
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    line = np.interp(x, (0.0, 1.8, 3.2, 4.6, 6.0, 7.0), (-5.3, -5.2, -4.0, -3.2, -1.5, 2.5)).astype(
        np.float32
    )
    jaw = smoothstep(0.0, -1.3, y - line) * smoothstep(2.0, 4.5, z + 0.6 * x)
    above = np.exp(-(((y + 1.75 + 0.10 * x * x) / 0.42) ** 2)) * smoothstep(3.0, 2.2, x) * (z > 6)
    soul = np.exp(-((x / 0.7) ** 2)) * smoothstep(-4.3, -4.8, y) * (z > 6)
    grain = np.sin(37 * x + 5 * np.sin(9 * y)) * np.sin(41 * y + 5 * np.sin(11 * x))
    end = smoothstep(-11.0, -9.0, y)
    return np.asarray(
        np.clip(jaw + 0.85 * above + 0.7 * soul, 0, 1) * end * (0.86 + 0.14 * grain), np.float32
    )


def mouth_colour(shade: Floats) -> Floats:
    """Linear light (N, 3) of the mouth between closed lips; `shade` (N,) is the ambient visibility."""
    return np.asarray(srgb_to_linear((0.42, 0.16, 0.15)) * (0.3 + 0.4 * shade[:, None]), np.float32)


def eye_colour(head: BuiltinHead, position: Floats, side: Floats) -> Floats:
    """Linear light (N, 3) of eyes.

    Args:
        position: (N, 3) head space, as drawn.
        side: (N,) 0 = subject's left, 1 = right.
    """
    which = np.round(side).astype(int)
    n = (position - head.eye_centres[which] + np.array([0, 0, EYE_CLEARANCE], np.float32)) / head.eye_radius
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    outward = np.where(which == 0, 1.0, -1.0).astype(np.float32)
    sine = head.design.head.iris_sine
    iris, cover = iris_colour(head.design.eyes, n[:, 0] / sine, n[:, 1] / sine)
    white = sclera_colour(head.design.eyes, n[:, 0], n[:, 1], outward)
    return np.asarray(white + (iris - white) * cover[:, None], np.float32)


def sclera_colour(eyes: EyeDesign, x: Floats, y: Floats, outward: Floats) -> Floats:
    """Linear light (N, 3) of the white of the eye in the shadow of its lid.

    Args:
        x, y: (N,) on the front of the unit sphere.
        outward: (N,) 1 where +x points away from the nose, else -1.
    """
    white = srgb_to_linear(eyes.white)[None] * (1.0 - 0.42 * smoothstep(0.45, 0.95, np.abs(x))[:, None])
    lid = smoothstep(0.06, 0.52, (y + 0.06 * np.cos(x * 3)).astype(np.float32))[:, None]
    white = white * (1 - eyes.lid_shadow * lid * np.array([0.40, 0.46, 0.44], np.float32))
    pink = smoothstep(0.55, 0.95, -x * outward)[:, None]
    return np.asarray(white * (1 - pink * np.array([0.05, 0.25, 0.22], np.float32)), np.float32)


def iris_colour(eyes: EyeDesign, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """An iris with catchlights.

    Args:
        x, y: (N,) the iris' rim has radius 1.

    Returns:
        Linear light (N, 3) and opacity (N,), float32.
    """
    r = np.hypot(x, y)
    angle = np.arctan2(y, x)
    # 1. Glowing at the bottom, deep at the top, fibres, a dark rim, the pupil.
    glow = smoothstep(0.75, -0.9, y)[:, None]
    deep, bright = srgb_to_linear(eyes.deep), srgb_to_linear(eyes.glow)
    iris = deep + (bright - deep) * (0.10 + 0.90 * glow) * smoothstep(0.98, 0.45, r)[:, None]
    fibre = 0.5 + 0.5 * np.sin(angle * 37 + 2.2 * np.sin(angle * 9)) * np.sin(angle * 23 + 1.3)
    iris = iris * (0.86 + eyes.fibres * fibre * smoothstep(0.38, 0.62, r) * smoothstep(1.0, 0.8, r))[:, None]
    iris = iris * (1 - eyes.rim * smoothstep(0.76, 0.98, r))[:, None]
    iris = iris * (1 - 0.97 * smoothstep(eyes.pupil + 0.04, eyes.pupil - 0.04, r))[:, None] + 0.004
    iris = iris * (1 - 0.45 * smoothstep(0.15, 0.95, y))[:, None]
    # 2. A crescent of bounced light, a large catchlight from the key, a small one opposite.
    crescent = np.exp(-(((r - 0.72) / 0.11) ** 2)) * smoothstep(0.55, 0.95, -np.sin(angle - 0.35))
    iris = iris + crescent[:, None] * srgb_to_linear(eyes.bounce) * 0.38
    for cx, cy, radius, strength in eyes.catchlights:
        far = np.hypot(x - cx, (y - cy) * 0.9).astype(np.float32)
        iris = iris + (1.0 - iris) * (strength * smoothstep(radius + 0.035, radius - 0.035, far))[:, None]
    return iris.astype(np.float32), smoothstep(1.045, 0.965, r)


def marks_at(makeup: Makeup, where: NDArray[np.bool_]) -> dict[str, Floats]:
    """The makeup's masks at the True pixels of (S, S): name -> (N,)."""
    return {name: getattr(makeup, name)[where] for name in MARKS}


def head_positions(
    head: BuiltinHead, columns: Floats, rows: Floats, depth: Floats, per_unit: float
) -> Floats:
    """Head space (N, 3) of pixels, given picture heights from the centre and rest-space z."""
    rest = np.stack([columns * -depth / per_unit, -rows * -depth / per_unit, depth], 1)
    return np.asarray(rest - head.translation, np.float32)
