"""Paints the face's texture: the portrait where it shows the skin, else the mirrored side, else a smooth fill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.paint.ambient import ambient_visibility
from authoring.paint.flat_fill import flat_fill, flatness
from authoring.paint.jaw_rim import beyond_jaw
from authoring.paint.mirrored_detail import mirrored_detail
from authoring.paint.nostrils import nostrils
from authoring.paint.other_sides import OtherSides, other_sides
from authoring.paint.raster import Raster
from authoring.paint.view import View
from authoring.paint.visibility import stretch, texel_confidence
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels, sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.head_model import HeadModel
from face.normals import vertex_normals

ATLAS_PX: Final = 1024
#: Texels outside the face have position 0, which is the camera; this offset keeps their projection finite.
OFF_CAMERA: Final = np.array([0, 0, 1e-6], np.float32)
GRAIN, SIDE_GRAIN = 0.25, 0.12  # strongest detail that is mirrored, sRGB: of the face, and at its sides
#: Strongest detail of what neither side shows, sRGB, and the blur that tells it from shading, texels.
FILL_GRAIN, FILL_FINE_PX = 0.08, 6.0
CHIN: Final = (
    0.18,
    0.3,
)  # columns of the atlas, as shares from the middle, that the chin takes, and that it does not
LASH_PX, DRAWN_LASH_PX = 8, 13  # width of the line of lashes, texels
LID_RIM_PX: Final = (
    3.0,
    6.0,
)  # distance from the opening of an eye up to which lids lie on the eyeball, texels
LID_SHADE: Final = 0.93  # brightness of a closed lid, which faces downwards
BELOW_BROWS, BELOW_TEMPLES = 0.2, 0.42  # rows of the atlas, as shares from the top
MOUTH_PX: Final = 110  # greatest height of a lip in the atlas, texels
FEATHER_PX: Final = 34  # width of the fade at the face's outer border, texels

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FaceAtlas:
    """The face's texture.

    Attributes:
        rgb: (A, A, 3) float32 0..1 sRGB.
        alpha: (A, A) float32 0..1, fades at the face's border.
        seen: (A, A) float32 0..1, share of the portrait's own colour in a texel, or of skin that is continued because hair
            or collar lies there in the portrait; of other frames' colours where those took part.
        used: number of other frames that took part.
    """

    rgb: Image
    alpha: Image
    seen: Image
    used: int = 0


def atlas_pixels(model: HeadModel) -> Image:
    """Texture coordinates (V, 2) of the vertices in texels, x right, y down."""
    return np.asarray(np.stack([model.uv[:, 0], 1 - model.uv[:, 1]], 1) * ATLAS_PX, np.float32)


def paint_face(
    raster: Raster,
    model: HeadModel,
    fit: HeadFit,
    vertices: Image,
    canvas: Canvas,
    matte: Image,
    openings: list[Image],
    views: Iterable[View] = (),
) -> FaceAtlas:
    """Paint the atlas from the portrait.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
        canvas: the portrait.
        matte: (E, E) float32, person 0..1.
        openings: of both eyes, from `eye_opening`.
        views: other frames of a clip, for what the portrait shows badly.
    """
    triangles = model.triangles["face"]
    rest = fit.to_rest(vertices)
    normals = vertex_normals(rest, np.concatenate(list(model.triangles.values())))
    places = atlas_pixels(model)
    positions = raster.draw(places, rest, triangles, ATLAS_PX)
    facing_to = raster.draw(places, normals, triangles, ATLAS_PX)[..., :3]
    chart = positions[..., 3] > 0
    at = extended_pixels(fit.to_picture(positions[..., :3].reshape(-1, 3) - OFF_CAMERA)).reshape(
        ATLAS_PX, ATLAS_PX, 2
    )
    colour = sample(canvas.rgb, at)
    weight = texel_confidence(raster, fit, rest, triangles, positions, facing_to, at)
    # A few pixels inside the outline still contain the background's colour.
    inner = cv2.erode(matte, np.ones((9, 9), np.uint8))
    weight *= smoothstep(0.5, 0.95, sample(inner, at)) * sample(canvas.known, at) * chart
    weight *= _alike_skin(colour, weight, chart, is_drawn=fit.is_drawn)
    # Around the eyes accept only unsqueezed texels: lashes and eyeball must not be painted on the lid.
    near = _near_lids(model)
    squeezed = smoothstep(0.08, 0.2, stretch(at))
    weight *= 1 - near * (1 - squeezed)
    weight *= 1 - smoothstep(0.5, 1.0, sample(np.maximum(*openings), at))
    seen, used = weight, 0
    if fit.is_drawn:
        even = sample(flatness(canvas.rgb), at)
        # The fill would stretch partly visible lines.
        weight *= np.maximum(even, smoothstep(0.5, 0.9, weight))
        filled = flat_fill(colour, weight, (weight * even * chart).astype(np.float32))
    else:
        face = (
            raster.draw(extended_pixels(fit.to_picture(rest)), rest[:, 2:3], triangles, EXTENDED_PX)[..., 1]
            > 0
        )
        beyond = beyond_jaw(canvas.rgb, _without_holes(face).astype(np.float32))
        weight = weight * (1 - sample(beyond, at) * _below(BELOW_TEMPLES) * _beside_chin())
        allowed = chart * (1 - near) * _beyond_lips(model)
        sides = other_sides(raster, model, views, colour, weight, allowed, places)
        used = sides.used
        colour, weight = _with_sides(colour, weight, sides, chart)
        seen = np.maximum(seen, weight * (sides.share > 0))
        filled = _fill_unseen(colour, weight, chart)
    # An open eye shows only a sliver of its lid: take the lid's colour from the skin around the eye.
    around = push_pull(colour, (weight * smoothstep(1.0, 0.5, near)).astype(np.float32)) * LID_SHADE
    lid = (0.8 * near * (1 - weight))[..., None]
    filled = filled * (1 - lid) + around * lid
    lashes, lash_colour = _lashes(model, canvas, fit, vertices, chart)
    hidden = (lashes if fit.is_drawn else lashes * (1 - weight))[..., None]
    filled = filled * (1 - hidden) + lash_colour * hidden
    if fit.is_drawn:
        line, ink = _mouth_line(raster, model, canvas, fit, vertices)
        filled = filled * (1 - line[..., None]) + ink * line[..., None]
        return FaceAtlas(np.clip(filled, 0, 1), _feather(chart), seen)
    visibility = ambient_visibility(raster, model, vertices)
    light = raster.draw(places, visibility[:, None], triangles, ATLAS_PX)[..., 0]
    filled = filled * (1 - _cavities(light, weight))[..., None]
    inside, shade = nostrils(model, canvas, fit, vertices, visibility, light)
    filled = filled * (1 - inside[..., None]) + shade * inside[..., None]
    # The very edges of the lids lie on the eyeball: the portrait's own colour, or the fill would be a dotted line.
    rim = (smoothstep(LID_RIM_PX[1], LID_RIM_PX[0], _from_lids(model)) * chart)[..., None]
    filled = filled * (1 - rim) + colour * rim
    # A texture is sampled across the chart's border: what lies beyond, in the eyes, would be a line along the lids.
    filled = push_pull(filled, chart.astype(np.float32))
    return FaceAtlas(np.clip(filled, 0, 1), _feather(chart), seen, used)


def _with_sides(
    colour: Image, weight: Image, sides: OtherSides, chart: NDArray[np.bool_]
) -> tuple[Image, Image]:
    """The portrait on the texture and its weight, with what other frames show where it shows little."""
    share = sides.share * (1 - weight)
    shown = colour + (sides.rgb - colour) * (sides.share > 0)[..., None]
    share = share * _alike_skin(shown, weight, chart, is_drawn=False)
    own = weight * (1 - share)
    total = own + share
    mixed = (own[..., None] * colour + share[..., None] * sides.rgb) / np.maximum(total, 1e-6)[..., None]
    mixed = np.where((share > 0)[..., None], mixed, colour)
    return mixed.astype(np.float32), np.maximum(weight, total).astype(np.float32)


def _beyond_lips(model: HeadModel) -> Image:
    """(A, A) float32, 0 on the lips, which move most, 1 away from them."""
    marks = np.ones((ATLAS_PX, ATLAS_PX), np.uint8)
    edge = np.concatenate([model.lips.upper, model.lips.lower[::-1]])
    cv2.fillPoly(marks, [np.round(atlas_pixels(model)[edge]).astype(np.int32)], 0)
    away = cv2.distanceTransform(marks, cv2.DIST_L2, 5).astype(np.float32)
    return smoothstep(0.4 * MOUTH_PX, MOUTH_PX, away)


def _alike_skin(colour: Image, weight: Image, chart: NDArray[np.bool_], *, is_drawn: bool) -> Image:
    """(A, A) float32: 0 for colours unlike the skin beside the jaw (ear, collar), else 1; hair above is kept."""
    tone = cv2.GaussianBlur(push_pull(colour, (weight > 0.9).astype(np.float32)), (0, 0), 12)
    from_row, area = BELOW_TEMPLES, chart.astype(np.uint8)
    if is_drawn:  # reject hair over the cheeks of a drawing too, where it would be stretched into a patch
        tone[:] = np.median(colour[(weight > 0.9) & _central()], axis=0)
        from_row, area = BELOW_BROWS, _without_holes(chart)
    unlike = smoothstep(0.2, 0.35, np.linalg.norm(colour - tone, axis=2))
    border = smoothstep(0.2, 0.12, cv2.distanceTransform(area, cv2.DIST_L2, 5) / ATLAS_PX)
    return np.asarray(1 - unlike * border * _below(from_row), np.float32)


def _below(row: float) -> Image:
    """(A, 1) float32: 1 below a row of the atlas, a share from the top, fading to 0 above it."""
    return smoothstep(row, row + 0.08, np.linspace(0, 1, ATLAS_PX, dtype=np.float32))[:, None]


def _beside_chin() -> Image:
    """(A,) float32 of the columns: 0 at the chin, whose border on the neck is no wrong outline, else 1."""
    away = np.abs(np.linspace(-0.5, 0.5, ATLAS_PX, dtype=np.float32))
    return smoothstep(*CHIN, away)


def _cavities(light: Image, weight: Image) -> Image:
    """(A, A) float32: how much to darken the fill, which has the colour of lit skin, in nostrils, between the lips and
    under the chin, by ambient occlusion.

    Args:
        light: (A, A) of each texel, from `ambient_visibility`. weight: (A, A) of the portrait's own colour.
    """
    unseen = 1 - cv2.GaussianBlur(weight, (0, 0), 3)
    cavity = 0.65 * (1 - smoothstep(0.04, 0.25, light)) + 0.14 * (1 - smoothstep(0.25, 0.6, light))
    return np.asarray(unseen * cavity, np.float32)


def _central() -> NDArray[np.bool_]:
    """(A, A) True on the cheeks, the nose and the mouth."""
    line = np.abs(np.linspace(-1, 1, ATLAS_PX)) < 0.5
    return line[:, None] & line[None, :]


def _near_lids(model: HeadModel) -> Image:
    """(A, A) float32, 1 on and around the lids, fading to 0."""
    return 1 - smoothstep(30, 60, _from_lids(model))


def _from_lids(model: HeadModel) -> Image:
    """(A, A) float32, distance from the openings of the eyes, texels."""
    marks = np.ones((ATLAS_PX, ATLAS_PX), np.uint8)
    for lids in model.lids:
        outline = np.concatenate([lids.upper, lids.lower[::-1]])
        cv2.fillPoly(marks, [np.round(atlas_pixels(model)[outline]).astype(np.int32)], 0)
    return np.asarray(cv2.distanceTransform(marks, cv2.DIST_L2, 5), np.float32)


def _lashes(
    model: HeadModel, canvas: Canvas, fit: HeadFit, vertices: Image, chart: NDArray[np.bool_]
) -> tuple[Image, NDArray[np.float32]]:
    """Opacity (A, A) of a thin line along the upper lids' edges, and the portrait's darkest colour (3,) there."""
    line = np.zeros((ATLAS_PX, ATLAS_PX), np.uint8)
    darkest = []
    for lids in model.lids:
        places = np.round(atlas_pixels(model)[lids.upper]).astype(np.int32)
        cv2.polylines(line, [places], False, 1, DRAWN_LASH_PX if fit.is_drawn else LASH_PX)
        pixels = extended_pixels(fit.to_picture(fit.to_rest(vertices[lids.upper])))
        colours = sample(canvas.rgb, pixels[None])[0]
        darkest.append(colours[colours.sum(1).argsort()[: max(3, len(colours) // 4)]])
    soft = cv2.GaussianBlur(line.astype(np.float32), (0, 0), 2.0)
    return np.clip(soft * 1.3, 0, 0.85) * chart, np.concatenate(darkest).mean(0)


def _mouth_line(
    raster: Raster, model: HeadModel, canvas: Canvas, fit: HeadFit, vertices: Image
) -> tuple[Image, NDArray[np.float32]]:
    """Opacity (A, A) of the line between the closed lips of a drawing, and the line's colour (3,)."""
    triangles = model.triangles["face"]
    light = raster.draw(
        atlas_pixels(model), ambient_visibility(raster, model, vertices)[:, None], triangles, ATLAS_PX
    )
    marks = np.ones((ATLAS_PX, ATLAS_PX), np.uint8)
    edge = np.concatenate([model.lips.upper, model.lips.lower])
    places = np.round(atlas_pixels(model)[edge]).astype(np.int32)
    marks[places[:, 1], places[:, 0]] = 0
    near = cv2.distanceTransform(marks, cv2.DIST_L2, 5) < MOUTH_PX
    colours = sample(
        cv2.erode(canvas.rgb, np.ones((7, 7), np.uint8)),
        extended_pixels(fit.to_picture(fit.to_rest(vertices[edge])))[None],
    )[0]
    folded = (1 - smoothstep(0.04, 0.2, light[..., 0])) * near * (light[..., 1] > 0)
    return cv2.GaussianBlur(folded, (0, 0), 2), np.quantile(colours, 0.05, axis=0).astype(np.float32)


def _fill_unseen(colour: Image, weight: Image, chart: NDArray[np.bool_]) -> Image:
    """Fill texels of low weight from the mirrored side, matched in tone, then from the surroundings."""
    mirrored, mirrored_weight = colour[:, ::-1], weight[:, ::-1]
    # The two sides are lit differently: take the mirrored side's fine detail over this side's own tone.
    own_tone = cv2.GaussianBlur(push_pull(colour, (weight * chart).astype(np.float32)), (0, 0), 10)
    other_tone = cv2.GaussianBlur(
        push_pull(mirrored, (mirrored_weight * chart).astype(np.float32)), (0, 0), 10
    )
    # At the sides below the temples, detail as strong as a brow's is hair or a crack in the paint, and no skin.
    edge = cv2.distanceTransform(chart.astype(np.uint8), cv2.DIST_L2, 5)[..., None] / ATLAS_PX
    below = smoothstep(BELOW_TEMPLES - 0.08, BELOW_TEMPLES, np.linspace(0, 1, ATLAS_PX, dtype=np.float32))
    strongest = GRAIN - (GRAIN - SIDE_GRAIN) * smoothstep(0.22, 0.14, edge) * below[:, None, None]
    grain = np.clip(mirrored - other_tone, -strongest, strongest)
    second = 0.9 * (1 - weight) * mirrored_weight
    trust = weight + second
    mixed = weight[..., None] * colour + second[..., None] * (own_tone + grain)
    mixed = mixed / np.maximum(trust, 1e-6)[..., None]
    known = (np.clip(trust, 0, 1) * chart).astype(np.float32)
    filled = push_pull(np.clip(mixed, 0, 1).astype(np.float32), known)
    # What neither side shows has the grain of the skin beside it: smooth skin would end at a visible line.
    calm = known * (1 - smoothstep(0.5 * FILL_GRAIN, FILL_GRAIN, _strongest_detail(mixed, known)))
    beside = mirrored_detail(mixed.astype(np.float32), calm, FILL_FINE_PX).clip(-FILL_GRAIN, FILL_GRAIN)
    return np.asarray(filled + beside * ((1 - known) * _below(BELOW_TEMPLES))[..., None], np.float32)


def _strongest_detail(image: Image, known: Image) -> Image:
    """(A, A) the strongest detail around each texel, sRGB: of a mouth, a nose and a brow more than of skin."""
    soft = cv2.GaussianBlur(push_pull(image.astype(np.float32), known), (0, 0), FILL_FINE_PX)
    away = np.linalg.norm((image - soft) * known[..., None], axis=2).astype(np.float32)
    return np.asarray(cv2.dilate(away, np.ones((9, 9), np.uint8)), np.float32)


def _feather(chart: NDArray[np.bool_]) -> Image:
    """(A, A) opacity: 1 inside, 0 at the outer border; the borders of eyes and mouth stay opaque."""
    distance = cv2.distanceTransform(_without_holes(chart), cv2.DIST_L2, 5)
    return smoothstep(1.0, FEATHER_PX, distance)


def _without_holes(chart: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """(A, A) 1 in the face including eyes and mouth: everything that a flood fill from a corner does not reach."""
    outside = chart.astype(np.uint8)
    cv2.floodFill(outside, None, (0, 0), 2)
    return np.asarray(outside != 2, np.uint8)
