"""Draws an avatar's portrait: all surfaces, shaded, as a canvas with an exact matte."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.builtin.brush import painted, rough_outline
from authoring.builtin.clothes import clothes_surfaces
from authoring.builtin.design import Design, HairDesign
from authoring.builtin.hair import hair_surfaces
from authoring.builtin.head import BuiltinHead
from authoring.builtin.light import (
    diffuse_light,
    hair_shadow,
    linear_to_srgb,
    rim_light,
    screen_space_visibility,
    specular,
    srgb_to_linear,
    strand_specular,
    two_tone,
)
from authoring.builtin.makeup import no_makeup, paint_makeup
from authoring.builtin.skin import eye_colour, head_positions, marks_at, mouth_colour, skin_colour
from authoring.builtin.surface import (
    EYE,
    HAIR,
    HOODIE,
    MOUTH,
    SHIRT,
    SKIN,
    STRING,
    GBuffer,
    Surface,
    draw_surfaces,
)
from authoring.fit.head_fit import FOCAL
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, Canvas
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.eyeballs import EYE_CLEARANCE
from face.head_model import HeadModel
from face.normals import vertex_normals

Floats = NDArray[np.float32]

SCALE: Final = 2  # supersampling


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A picture of some of the surfaces.

    Attributes:
        rgb: (E, E, 3) float32 sRGB 0..1, premultiplied.
        alpha: (E, E) float32 0..1.
    """

    rgb: Floats
    alpha: Floats

    def over(self, behind: Floats) -> Floats:
        """Composite over an opaque picture (E, E, 3) sRGB 0..1: (E, E, 3) float32."""
        return np.asarray(np.clip(self.rgb + behind * (1 - self.alpha[..., None]), 0, 1), np.float32)


def draw_portrait(head: BuiltinHead, scale: int = SCALE) -> Canvas:
    """Draw the portrait.

    Args:
        scale: supersampling; 1 suffices for comparisons.
    """
    surfaces = [
        *face_surfaces(head),
        *body_surfaces(head),
        *hair_surfaces(head.design.hair.cut),
        *clothes_surfaces(head.design.clothes.kind),
    ]
    person = brushed(draw_layer(head, surfaces, scale), head.design)
    known = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
    return Canvas(person.over(backdrop(head.design)), known, person.alpha)


def brushed(layer: Layer, design: Design) -> Layer:
    """Paint a layer with the design's brush, if it has one."""
    if design.brush is None:
        return layer
    shown = smoothstep(0.9, 1.0, layer.alpha)
    # Colours are continued beyond the outline first, so that no stroke there is half of the background.
    whole = push_pull((layer.rgb / np.maximum(layer.alpha, 1e-3)[..., None]).astype(np.float32), shown)
    near = cv2.dilate(layer.alpha, np.ones((9, 9), np.uint8))
    rgb = painted(whole, design.brush, seed=1, shown=near)
    alpha = rough_outline(layer.alpha, design.brush, seed=2)
    return Layer(rgb * alpha[..., None], alpha)


def draw_layer(head: BuiltinHead, surfaces: list[Surface], scale: int) -> Layer:
    """Draw and shade some surfaces.

    Args:
        scale: supersampling.
    """
    buffers = draw_surfaces(head, surfaces, scale)
    matte = (buffers.material > 0).astype(np.float32)
    size = (EXTENDED_PX, EXTENDED_PX)
    rgb = linear_to_srgb(_shaded(head, buffers)) * matte[..., None]
    return Layer(
        np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.float32),
        np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.float32),
    )


def face_surfaces(head: BuiltinHead) -> list[Surface]:
    """The surfaces that the engine draws: the face, and the parts visible through eyes and mouth."""
    model = head.model
    return [
        _part(head, SKIN, model.part("face", "eye_socket")),
        _part(head, MOUTH, model.part("mouth_socket", "gums", "tongue", "teeth_upper", "teeth_lower")),
        _part(head, EYE, model.triangles["eyeball_left"]),
        _part(head, EYE, model.triangles["eyeball_right"], 1.0),
    ]


def body_surfaces(head: BuiltinHead) -> list[Surface]:
    """The rest of the skin: skull, ears, neck; without the parts under clothes and hair."""
    skin = head.model.part("ears_and_neck", "scalp", "shoulders")
    middle = head.vertices[skin].mean(1)
    wide = np.abs(middle[:, 0])
    clothed = (middle[:, 1] < head.design.clothes.bare_to) | ((wide > 5) & (middle[:, 1] < -11))
    ear = (
        (wide > head.design.hair.covers_from) & (np.abs(middle[:, 1] - 0.5) < 5.5) & (middle[:, 2] < 5)
    )  # under the hair
    return [_part(head, SKIN, skin[~clothed & ~ear])]


def _part(head: BuiltinHead, material: int, triangles: NDArray[np.int32], across: float = 0.0) -> Surface:
    count = len(head.vertices)
    vertices = head.vertices
    if material == EYE:
        vertices = vertices - np.array([0, 0, EYE_CLEARANCE], np.float32)  # as the engine draws it
    everywhere = np.full((count, 2), across, np.float32)
    tone = np.zeros(count, np.float32)
    return Surface(material, vertices, face_normals(head), triangles, head.model.vertices, everywhere, tone)


@lru_cache(maxsize=2)
def face_normals(head: BuiltinHead) -> Floats:
    """Normals (V, 3) float32 for the light on the skin."""
    model = head.model
    skin = model.part("face", "ears_and_neck", "scalp", "shoulders", "eye_socket")
    return _smoothed(model, vertex_normals(head.vertices, skin))


def _smoothed(model: HeadModel, normals: Floats) -> Floats:
    """Smooth normals (V, 3) over the skin, except at lids, lips and nostrils."""
    triangles = model.part("face", "ears_and_neck", "scalp", "shoulders")
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    smooth = normals.copy()
    for _ in range(14):
        total = smooth.copy()
        for a, b in ((0, 1), (1, 0)):
            np.add.at(total, edges[:, a], smooth[edges[:, b]])
        smooth = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-6)
    fine = np.concatenate(
        [model.lips.upper, model.lips.lower, *(np.concatenate([e.upper, e.lower]) for e in model.lids)]
    )
    near = np.linalg.norm(model.vertices[:, None] - model.vertices[fine][None], axis=2).min(1)
    nose = np.linalg.norm((model.vertices - (0, -0.6, 11.0)) / (1.6, 1.0, 3.0), axis=1)
    share = (0.85 * smoothstep(0.2, 1.3, near) * smoothstep(0.8, 1.6, nose.astype(np.float32)))[:, None]
    mixed = normals * (1 - share) + smooth * share
    return np.asarray(mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-6), np.float32)


def _shaded(head: BuiltinHead, buffers: GBuffer) -> Floats:
    """Linear light (S, S, 3) float32 of every pixel."""
    shade, shadow = screen_space_visibility(buffers), hair_shadow(buffers)
    eye = buffers.is_of(EYE)
    left = buffers.across[..., 0] < 0.5
    makeup = (
        paint_makeup(head, buffers.scale, (eye & left, eye & ~left))
        if eye.any()
        else no_makeup(buffers.scale)
    )
    light = np.zeros((*shade.shape, 3), np.float32)
    normal = buffers.normal / np.maximum(np.linalg.norm(buffers.normal, axis=2, keepdims=True), 1e-6)
    where = buffers.is_of(SKIN)
    light[where] = skin_colour(
        head.design, normal[where], buffers.along[where], shade[where], shadow[where], marks_at(makeup, where)
    )
    where = buffers.is_of(MOUTH)
    light[where] = mouth_colour(shade[where])
    where = eye
    rows, columns = np.nonzero(where)
    picture = [((v + 0.5) / buffers.scale - EXTENDED_PX / 2) / CANVAS_PX for v in (columns, rows)]
    place = head_positions(
        head, picture[0].astype(np.float32), picture[1].astype(np.float32), buffers.depth[where], FOCAL
    )
    light[where] = eye_colour(head, place, buffers.across[where][:, 0])
    where = buffers.is_of(HAIR)
    light[where] = _hair(
        head.design.hair,
        normal[where],
        buffers.along[where],
        buffers.across[where],
        buffers.tone[where],
        shade[where],
    )
    clothes = head.design.clothes
    cloth = {HOODIE: clothes.outer, SHIRT: clothes.inner, STRING: clothes.trim}
    for material, colour in cloth.items():
        where = buffers.is_of(material)
        rows, columns = np.nonzero(where)
        light[where] = _cloth(
            srgb_to_linear(colour),
            normal[where],
            shade[where] * (1 - 0.35 * shadow[where]),
            rows,
            columns,
            buffers,
        )
    return light


def _hair(
    hair: HairDesign, normal: Floats, along: Floats, across: Floats, tone: Floats, shade: Floats
) -> Floats:
    """Linear light (N, 3) of hair: a tone per lock, fine lines along it, a broad and a narrow highlight.

    Args:
        normal, along, across, tone: (N, ...), as in `GBuffer`.
        shade: (N,) ambient visibility 0..1.
    """
    u, t = across[:, 0], across[:, 1]
    # The inner side of a lock is in the shadow of the others.
    inside = normal[:, 2] < -0.05
    normal = np.where(inside[:, None], -normal, normal)
    shade = np.where(inside, 0.35, 1.0).astype(np.float32) * shade
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    line = np.zeros_like(u)
    for frequency, weight in ((5.0, 0.45), (13.0, 0.35), (29.0, 0.20)):
        phase = tone * 57.0 * frequency + 1.7 * np.sin(t * 2.3 + tone * 31)
        line += weight * np.sin(u * frequency + phase)
    toward_tip = smoothstep(0.15, 1.0, t)[:, None]
    deep = srgb_to_linear(hair.deep)
    base = deep + (srgb_to_linear(hair.middle) - deep) * (0.25 + 0.55 * tone[:, None] + 0.18 * line[:, None])
    base = base + (srgb_to_linear(hair.tip) - base) * toward_tip * hair.tip_share
    light = diffuse_light(normal, shade**1.5, (0.4, 0.4, 0.4))
    colour = base * two_tone(light, hair.flat, (0.62, 0.58, 0.70)) * 1.15
    wave = (0.16 * line + 0.10 * (tone - 0.5)).astype(np.float32)
    broad = strand_specular(along, normal, -0.10 + wave, 16) * np.clip(normal[:, 2] * 0.7 + 0.45, 0, 1)
    narrow = strand_specular(along, normal, 0.06 + wave, 90) * np.clip(normal[:, 2] * 0.7 + 0.45, 0, 1)
    open_ = (shade**1.5)[:, None]
    colour = colour + broad[:, None] * srgb_to_linear(hair.sheen) * hair.shine[0] * open_
    colour = (
        colour
        + (narrow * (0.65 + 0.6 * line.clip(-0.6, 1)))[:, None]
        * srgb_to_linear(hair.gleam)
        * hair.shine[1]
        * open_
    )
    return np.asarray(np.clip(colour + rim_light(normal, 2.4) * 0.20 * open_, 0, None), np.float32)


def _cloth(
    colour: Floats,
    normal: Floats,
    shade: Floats,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    buffers: GBuffer,
) -> Floats:
    """Linear light (N, 3) of matte cloth with bright edges, like velvet, and a faint weave.

    Args:
        colour: (3,) linear.
        normal: (N, 3) unit vectors.
        shade: (N,) ambient visibility 0..1.
        rows, columns: (N,) the pixels.
    """
    x, y = columns / buffers.scale, rows / buffers.scale
    weave = 1 + 0.018 * np.sin(x * 2.1) * np.sin(y * 2.1)
    light = diffuse_light(normal, shade, (0.35, 0.35, 0.35))
    edge = np.clip(1 - np.abs(normal[:, 2]), 0, 1)[:, None] ** 2
    velvet = colour * light * (1 + 0.5 * edge) * weave[:, None]
    return np.asarray(
        velvet + rim_light(normal, 3.0) * 0.16 * shade[:, None] + (0.02 * specular(normal, 8))[:, None],
        np.float32,
    )


def backdrop(design: Design) -> Floats:
    """A wall with a soft light on it: (E, E, 3) float32 sRGB 0..1."""
    line = np.linspace(-1, 1, EXTENDED_PX, dtype=np.float32)
    x, y = line[None, :], line[:, None]
    glow = np.exp(-((x + 0.05) ** 2 * 1.1 + (y + 0.12) ** 2 * 1.3))[..., None]
    near, far = (srgb_to_linear(colour) for colour in design.backdrop)
    wall = linear_to_srgb(far + (near - far) * glow)
    if design.brush is None:
        return wall
    # Blotches of light, or a wall without edges would have no strokes to see.
    blotches = (
        np.random.default_rng(3).normal(size=(EXTENDED_PX // 32, EXTENDED_PX // 32, 1)).astype(np.float32)
    )
    blotches = cv2.resize(blotches, (EXTENDED_PX, EXTENDED_PX), interpolation=cv2.INTER_CUBIC)[..., None]
    broad = replace(
        design.brush, radii_px=design.brush.radii_px[:1], tint=0.5 * design.brush.tint, detail=0.0
    )
    return painted(np.clip(wall * (1 + 0.05 * blotches), 0, 1).astype(np.float32), broad, seed=4)
