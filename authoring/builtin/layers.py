"""Draws the pictures behind a drawn avatar's face from its surfaces; other avatars' are guessed from a photo."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.builtin.brush import painted
from authoring.builtin.clothes import clothes_surfaces
from authoring.builtin.design import EyeDesign, HairDesign
from authoring.builtin.hair import back_hair_surfaces, hair_surfaces
from authoring.builtin.head import BuiltinHead
from authoring.builtin.light import linear_to_srgb
from authoring.builtin.portrait import SCALE, Layer, body_surfaces, brushed, draw_layer, face_normals
from authoring.builtin.skin import MARKS, iris_colour, sclera_colour, skin_colour
from authoring.builtin.surface import Surface, draw_surfaces
from authoring.fit.head_fit import FOCAL
from authoring.fit.proportions import FaceProportions
from authoring.paint.atlas import ATLAS_PX, FaceAtlas, atlas_pixels
from authoring.paint.eyes import DISC, EYE_PX
from authoring.paint.raster import Raster
from authoring.paint.surroundings import neck_sides
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, Canvas
from authoring.portrait.fill import push_pull
from face.easing import smoothstep

Floats = NDArray[np.float32]

STRANDS: Final = 0.14  # contrast of the strands of hair beside the temples
ATLAS_STROKES: Final = 2.2  # texels of the face's texture per pixel of the portrait
OUTSIDE, INSIDE = 0.85, 0.6  # brightness of the hair behind a head
EDGE_PX: Final = 60  # how much of that hair a turn shows from outside, extended-canvas pixels
#: How far from its outline hair in front and behind gets one tone, and the blur that tells tone from strands, pixels.
RIM_PX, TONE_PX = 48.0, 5.0
#: Width of the line along the jaw, outside of the face, which does not stay on a turned head's neck, pixels.
CONTOUR_PX: Final = 10
JAW_SHADE: Final = 0.15  # how much darker the throat is farther behind the jaw
MIDDLE: Final = 0.7  # z of the middle of a head, head space


def draw_sheet(
    neck: Layer,
    dressed: Floats,
    canvas: Canvas,
    face: Floats,
    height: Floats,
    proportions: FaceProportions,
) -> Floats:
    """Draw hair, neck and clothes: (E, E, 4) float32 0..1 sRGB, straight alpha.

    They are the portrait's own pixels, except behind face and jaw.

    Args:
        neck: from `draw_neck`.
        dressed: (E, E) float32, from `hair_and_clothes`.
        canvas: the portrait, with its alpha.
        face: (E, E) float32, opacity of the face.
        height: (E, E) float32, head-space y of the face.
        proportions: of the head.
    """
    matte = canvas.alpha
    assert matte is not None
    mouth, tall = proportions.mouth, proportions.height
    inside = (face > 0.02).astype(np.uint8)
    nearest = push_pull(height[..., None], inside.astype(np.float32))[..., 0]
    # Behind face and jaw, show the surface behind them.
    lower = smoothstep(mouth + 0.26 * tall, mouth + 0.12 * tall, nearest)
    # Replace the corner between jaw and neck too: when the head turns, it would stick out.
    sides = neck_sides(neck.rgb, neck.alpha, face)
    column = _neck_column(neck.alpha, sides)
    above = (np.arange(EXTENDED_PX) <= sides[2])[:, None]
    corner = (
        cv2.dilate(neck.alpha, np.ones((7, 7), np.uint8))
        * (nearest < mouth)
        * (inside == 0)
        * (column < 1)
        * above
    )
    corner = corner * (1 - dressed)
    # Bare ears stay as they are in the portrait.
    ears = neck.alpha * (1 - column) * (1 - dressed) * (nearest > mouth)
    rim = np.maximum(cv2.dilate(inside, np.ones((2 * CONTOUR_PX + 1,) * 2, np.uint8)), corner) * (1 - ears)
    rim = rim * (1 - dressed * (inside == 0))
    lower = cv2.GaussianBlur((lower * rim).astype(np.float32), (0, 0), 1.2)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    throat = _unpremultiplied(neck)
    person = push_pull(canvas.rgb, smoothstep(0.97, 1.0, matte))
    own = smoothstep(0.8, 1.0, matte)[..., None]
    clean = canvas.rgb * own + person * (1 - own)
    rgb = clean * (1 - lower[..., None]) + throat * lower[..., None]
    hole = smoothstep(0.03 * EXTENDED_PX, 0.045 * EXTENDED_PX, distance) * (1 - lower)
    alpha = matte * (1 - lower) + column * lower
    return np.dstack([np.clip(rgb, 0, 1), alpha * (1 - hole)]).astype(np.float32)


def draw_neck(head: BuiltinHead, canvas: Canvas, face: Floats, dressed: Floats) -> Layer:
    """Draw the bare skin of the body; behind the face it has the tone that the portrait's neck has below it.

    Args:
        canvas: the portrait.
        face: (E, E) float32, opacity of the face.
        dressed: (E, E) float32, from `hair_and_clothes`.
    """
    bare = [_without_back_faces(head, surface) for surface in body_surfaces(head)]
    neck = brushed(draw_layer(head, bare, 1), head.design)
    colours = _unpremultiplied(neck)
    inside = cv2.dilate((face > 0.02).astype(np.uint8), np.ones((2 * CONTOUR_PX + 1,) * 2, np.uint8))
    skin = head.design.skin
    if skin.flat:  # the darker one of two tones
        shade = np.array(skin.tone, np.float32) * np.sqrt(np.array(skin.flat_shade, np.float32))
        behind = np.broadcast_to(shade, colours.shape)
    else:
        ring = cv2.dilate(inside, np.ones((25, 25), np.uint8)) * (1 - inside) * (neck.alpha > 0.99)
        ratio = (canvas.rgb / np.maximum(colours, 0.02)).clip(0.4, 1.1)
        gain = push_pull(ratio.astype(np.float32), (ring * (1 - dressed)).astype(np.float32))
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
        shade = (
            1 - 0.16 * smoothstep(0, CONTOUR_PX, depth) - JAW_SHADE * smoothstep(0, 0.06 * EXTENDED_PX, depth)
        )
        behind = colours * cv2.GaussianBlur(gain, (0, 0), 6) * shade[..., None]
    colours = colours + (behind - colours) * inside[..., None]
    return Layer((colours * neck.alpha[..., None]).astype(np.float32), neck.alpha)


def hair_and_clothes(head: BuiltinHead) -> Floats:
    """Mask of hair and clothes without the body, widened by a pixel: (E, E) float32, 0 or 1."""
    buffers = draw_surfaces(
        head, [*hair_surfaces(head.design.hair.cut), *clothes_surfaces(head.design.clothes.kind)], 1
    )
    worn = (buffers.material > 0).astype(np.uint8)
    return np.asarray(cv2.dilate(worn, np.ones((3, 3), np.uint8)), np.float32)


def _without_back_faces(head: BuiltinHead, surface: Surface) -> Surface:
    """Cull back faces: the body's skin is open where the face covers it."""
    rest = surface.vertices + head.translation
    a, b, c = (rest[surface.triangles[:, k]] for k in range(3))
    front = (np.cross(b - a, c - a) * -a).sum(1) > 0
    return replace(surface, triangles=surface.triangles[front])


def _neck_column(neck: Floats, sides: tuple[int, int, int]) -> Floats:
    """(E, E) float32 opacity of the neck, continued up behind the jaw, where the body's skin is open."""
    start, end, row = sides
    x = np.arange(EXTENDED_PX, dtype=np.float32)[None, :]
    column = smoothstep(start - 2.0, start + 2.0, x) * smoothstep(end + 2.0, end - 2.0, x)
    return np.where((np.arange(EXTENDED_PX) > row)[:, None], neck, column).astype(np.float32)


def with_lit_sides(head: BuiltinHead, raster: Raster, atlas: FaceAtlas) -> FaceAtlas:
    """Replace texels that the portrait does not show, at the face's sides and underside, by shaded skin and hair."""
    model = head.model
    places, triangles = atlas_pixels(model), model.triangles["face"]
    normals = raster.draw(places, face_normals(head), triangles, ATLAS_PX)[..., :3]
    mean = raster.draw(places, model.vertices, triangles, ATLAS_PX)
    chart = mean[..., 3] > 0
    normal, place = normals[chart], np.ascontiguousarray(mean[chart][:, :3])
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    none = np.zeros(len(place), np.float32)
    shade = 1 - 0.45 * smoothstep(0.1, 0.9, -normal[:, 1])
    bare = np.zeros_like(atlas.rgb)
    # Light at the outline and highlights belong to the view: in a turned head's texture they would be a grey haze.
    matt = replace(head.design, skin=replace(head.design.skin, shine=0.0))
    bare[chart] = linear_to_srgb(skin_colour(matt, normal, place, shade, none, dict.fromkeys(MARKS, none)))
    # Above the cheeks is hair, which the portrait shows.
    cheek = smoothstep(4.6, 6.0, np.abs(mean[..., 0])) * smoothstep(0.0, -3.0, mean[..., 1])
    side = np.maximum(cheek, smoothstep(-6.5, -8.5, mean[..., 1]))
    share = (side * (1 - atlas.seen) * chart)[..., None]
    rgb = atlas.rgb * (1 - share) + bare * share
    share, curtain = _curtain(head.design.hair, mean[..., :3])
    share = share * ((1 - atlas.seen) * chart)[..., None]
    rgb = (rgb * (1 - share) + curtain * share).astype(np.float32)
    if head.design.brush is not None:  # what the portrait shows has strokes already
        hidden = (1 - atlas.seen)[..., None]
        rgb = rgb * (1 - hidden) + painted(rgb, head.design.brush, seed=5, scale=ATLAS_STROKES) * hidden
    return replace(atlas, rgb=rgb.astype(np.float32))


def _curtain(hair: HairDesign, mean: Floats) -> tuple[Floats, Floats]:
    """Hair beside the temples, in strands: opacity (A, A, 1) and colour (A, A, 3) sRGB.

    Args:
        mean: (A, A, 3) float32, the place of each texel on the mean head.
    """
    across = 9.0 * np.arctan2(mean[..., 2], np.abs(mean[..., 0]) + 1e-3)  # model units around the head
    lines = sum(
        weight * np.sin(f * across + 0.3 * f) for f, weight in ((1.9, 0.45), (4.7, 0.35), (11.0, 0.2))
    )
    low, farther = hair.curtain_low
    taper = farther * np.clip(-mean[..., 1] / 3.0, 0, 1)
    height = mean[..., 1] + 0.9 * np.asarray(lines, np.float32)  # locks end at different heights
    opacity = smoothstep(5.4, 6.2, np.abs(mean[..., 0]) - taper) * smoothstep(low, low + 2.0, height)
    tone = 1 + STRANDS * np.asarray(lines, np.float32)
    colour = np.array(hair.curtain, np.float32) * tone[..., None]
    return opacity[..., None].astype(np.float32), np.clip(colour, 0, 1).astype(np.float32)


def draw_eye(eyes: EyeDesign, side: int) -> tuple[Floats, Floats]:
    """Draw the white of an eye from the front, and its iris as a disc: (256, 256, 4) float32 0..1 sRGB, straight alpha.

    Args:
        eyes: their colours.
        side: 0 = subject's left, 1 = right.
    """
    line = (np.arange(EYE_PX, dtype=np.float32) + 0.5) / EYE_PX * 2 - 1
    x, y = (v.reshape(-1).astype(np.float32) for v in np.meshgrid(line, -line))
    outward = np.full_like(x, 1.0 if side == 0 else -1.0)
    one = np.ones((EYE_PX, EYE_PX, 1), np.float32)
    white = linear_to_srgb(sclera_colour(eyes, x, y, outward)).reshape(EYE_PX, EYE_PX, 3)
    disc, cover = iris_colour(eyes, x / (2 * DISC), y / (2 * DISC))
    iris = linear_to_srgb(disc).reshape(EYE_PX, EYE_PX, 3)
    return np.concatenate([white, one], 2), np.concatenate([iris, cover.reshape(EYE_PX, EYE_PX, 1)], 2)


def draw_back(head: BuiltinHead) -> Floats:
    """Draw the hair behind the head: (E, E, 4) float32 0..1 sRGB, straight alpha.

    A turn shows its outside, along the outline and above the mouth; beside the neck its inside is seen, which is dark.
    """
    surfaces = back_hair_surfaces(head.design.hair.cut)
    layer = brushed(draw_layer(head, surfaces, SCALE), head.design)
    outer = brushed(draw_layer(head, [_from_behind(head, one) for one in surfaces], SCALE), head.design)
    mouth = float(
        np.mean([head.vertices[loop, 1].mean() for loop in (head.model.lips.upper, head.model.lips.lower)])
    )
    depth = float(head.translation[2]) + MIDDLE
    rows = (EXTENDED_PX / 2 - np.arange(EXTENDED_PX) - 0.5) / CANVAS_PX * -depth / FOCAL - head.translation[1]
    inwards = cv2.distanceTransform((layer.alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    outside = np.maximum(
        smoothstep(mouth, mouth + 3.0, rows.astype(np.float32))[:, None],
        smoothstep(1.6 * EDGE_PX, EDGE_PX, inwards),
    )[..., None]
    inside = INSIDE * _unpremultiplied(layer)
    rgb = inside + outside * (OUTSIDE * _unpremultiplied(outer) - inside)
    return np.dstack([rgb, layer.alpha]).astype(np.float32)


def with_one_outline(head: BuiltinHead, sheet: Floats, back: Floats) -> tuple[Floats, Floats]:
    """Give the hair in front and behind one tone where they meet, at the outline.

    There, locks are seen from the side, or from inside: a turned head would have a dark band between front and back hair.

    Args:
        sheet, back: (E, E, 4) float32 0..1 sRGB, straight alpha, from `draw_sheet` and `draw_back`.

    Returns:
        Both. What is finer than TONE_PX stays, as does everything farther than RIM_PX from the outline.
    """
    hair = draw_surfaces(head, hair_surfaces(head.design.hair.cut), 1).material > 0
    inside = cv2.distanceTransform(hair.astype(np.uint8), cv2.DIST_L2, 5)
    pictures = (sheet, back)
    opaque = [((picture[..., 3] > 0.9) & hair).astype(np.float32) for picture in pictures]
    tones = [_tone(picture[..., :3], shown) for picture, shown in zip(pictures, opaque, strict=True)]
    # what each has farther in, carried on to the outline
    carried = [
        push_pull(tone, (shown * (inside > RIM_PX)).astype(np.float32))
        for tone, shown in zip(tones, opaque, strict=True)
    ]
    share = smoothstep(RIM_PX, RIM_PX / 6, inside)[..., None]
    both = cv2.GaussianBlur(0.5 * (carried[0] + carried[1]), (0, 0), TONE_PX)
    edge = (cv2.dilate(hair.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0) & (inside < 3)
    done = []
    for picture, tone, shown in zip(pictures, tones, opaque, strict=True):
        rgb = np.clip(picture[..., :3] + share * shown[..., None] * (both - tone), 0, 1).astype(np.float32)
        # half transparent pixels of the outline are dark as well: they take the colours beside them
        thin = (edge & (shown < 1))[..., None]
        rgb = np.where(thin, push_pull(rgb, shown), rgb)
        done.append(np.dstack([rgb, picture[..., 3]]).astype(np.float32))
    return done[0], done[1]


def _tone(rgb: Floats, shown: Floats) -> Floats:
    """(E, E, 3) a picture without what is finer than TONE_PX, of what is shown alone."""
    total = cv2.GaussianBlur(rgb * shown[..., None], (0, 0), TONE_PX)
    return np.asarray(
        total / np.maximum(cv2.GaussianBlur(shown, (0, 0), TONE_PX), 1e-3)[..., None], np.float32
    )


def _from_behind(head: BuiltinHead, surface: Surface) -> Surface:
    """A surface as it is seen from behind, at the same place of the picture, lit as if it were in front."""
    rest = surface.vertices + head.translation
    middle = float(head.translation[2]) + MIDDLE
    mirrored = 2 * middle - rest[:, 2:]
    flipped = np.array([1, 1, -1], np.float32)
    return replace(
        surface,
        vertices=(np.hstack([rest[:, :2] * mirrored / rest[:, 2:], mirrored]) - head.translation).astype(
            np.float32
        ),
        normals=surface.normals * flipped,
        along=surface.along * flipped,
        triangles=np.ascontiguousarray(surface.triangles[:, ::-1]),
    )


def _unpremultiplied(layer: Layer) -> Floats:
    """Divide colours by their alpha, and continue them over transparent areas: (E, E, 3) float32."""
    colours = layer.rgb / np.maximum(layer.alpha, 1e-3)[..., None]
    return push_pull(colours.astype(np.float32), smoothstep(0.9, 1.0, layer.alpha))
