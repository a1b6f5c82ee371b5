"""What is fixed of an avatar's wrinkles: light and shade of its folded skin, and how deep each region may fold.

    arrays = wrinkle_arrays(rig, face_texture, strength=0.7)

Skin that shows lines already, and skin under hair or a beard, does not fold: the portrait has fine detail of its own there.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.deform import FaceDeformer, deform_basis
from face.normals import vertex_normals
from face.rig import HeadRig
from face.skin_folds import fold_basis
from face.wrinkle_map import REGIONS, region_weights, wrinkle_relief
from protocol.channels import LAYER_SLICE

Floats = NDArray[np.float32]

#: Width of a furrow that slopes are measured in, shares of the atlas.
_WIDTH: Final = 0.0075
#: How strongly slopes, furrows and the skin between them change the light.
SLOPE, FURROW, BULGE = 0.20, 0.15, 0.03
#: Root mean square of the portrait's lines, relative to its light, from which on wrinkles weaken, and at which they are
#: off; and of all its detail.
LINES_FROM, LINES_AT = 0.055, 0.11
DETAIL_FROM, DETAIL_AT = 0.12, 0.24
#: Darker than the first share of the skin's median is hair or deep shadow; lighter than the second is skin.
DARK_FROM, DARK_TO = 0.45, 0.7
#: Side of the texture that is looked at; finer detail is grain.
_LOOKED_AT: Final = 256
#: Cells of the atlas, along a side, by which triangles without a line are left out.
_CELLS: Final = 64
#: The first so many regions are those of the brow: forehead and glabella.
BROW: Final = 3
_LINES_ARE_LEVEL: Final = np.array([name.startswith(("forehead", "crow", "chin")) for name in REGIONS])
_PAIRS: Final = tuple((row, row + 1) for row, name in enumerate(REGIONS) if name.endswith("_left"))


def wrinkle_arrays(rig: HeadRig, picture: NDArray[np.uint8], strength: float) -> dict[str, NDArray[Any]]:
    """Everything that is fixed for one avatar.

    Args:
        rig: the avatar's.
        picture: (S, S, 4) uint8 premultiplied, row 0 at v = 0: the face's texture.
        strength: 0..1, of the avatar.

    Returns:
        `wrinkle_shade` (S, S, 2) uint8, darkening and lightening; `wrinkles_fixed` (V, 13) float32, atlas coordinates,
        normals, and weights of the regions; `wrinkles_triangles` (T, 3) int32 and `wrinkles_ends` (2,) int32 of
        `folding_triangles`; `fold_basis` (54, 8) float32,
        `fold_share` (8,), `fold_portrait` (54,) as `SkinFolds` takes them.
    """
    model = rig.model
    lightness = picture[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) / 255.0
    small = np.asarray(Image.fromarray(lightness).resize((_LOOKED_AT, _LOOKED_AT), Image.Resampling.BOX))
    mask = skin_mask(small)
    tone = shade_of(wrinkle_relief(len(lightness)), portrait_light(rig, small))
    tone *= np.asarray(Image.fromarray(mask).resize(tone.shape, Image.Resampling.BILINEAR))
    moving, flat = deform_basis(rig)
    shapes = np.zeros((len(flat), *rig.neutral.shape), np.float32)
    shapes[:, moving] = flat.reshape(len(flat), -1, 3)
    triangles = model.triangles["face"]
    weights = region_weights(model.uv)
    drawn, ends = folding_triangles(triangles, model.uv, weights, tone)
    expression, gaze = (rig.portrait[LAYER_SLICE[layer]] for layer in ("expression", "gaze"))
    return {
        "wrinkle_shade": np.round(np.clip(np.stack([-tone, tone], -1), 0, 1) * 255).astype(np.uint8),
        "wrinkles_fixed": np.concatenate([model.uv, vertex_normals(rig.neutral, triangles), weights], 1),
        "wrinkles_triangles": drawn,
        "wrinkles_ends": ends,
        "fold_basis": fold_basis(rig.neutral, model.uv, triangles, shapes),
        "fold_share": np.float32(strength) * smooth_skin(small, mask),
        "fold_portrait": FaceDeformer.of(rig.neutral, moving, flat).weights(expression, gaze).copy(),
    }


def folding_triangles(
    triangles: NDArray[np.int32], uv: Floats, weights: Floats, tone: Floats
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The triangles that lines run through, those of the brow first, since vertices are most of what drawing costs.

    Args:
        triangles: (T, 3) of the face. uv: (V, 2). weights: (V, R) of `region_weights`. tone: (S, S) of `shade_of`.

    Returns:
        triangles: (N, 3) int32: of `BROW` regions only, of both kinds, of the other regions only.
        ends: (2,) int32, numbers of triangles before the second and before the third kind.
    """
    side = len(tone) // _CELLS
    cells = (
        np.abs(tone[: side * _CELLS, : side * _CELLS]).reshape(_CELLS, side, _CELLS, side).max((1, 3)) > 0.004
    )
    corners = uv[triangles]
    points = np.concatenate(
        [corners, corners[:, [1, 2, 0]] * 0.5 + corners * 0.5, corners.mean(1, keepdims=True)], 1
    )
    column, row = np.clip((points * _CELLS).astype(int), 0, _CELLS - 1).transpose(2, 0, 1)
    found = weights[triangles].max(1) > 0
    brow, other = found[:, :BROW].any(1), found[:, BROW:].any(1)
    drawn = cells[row, column].any(1) & (brow | other)
    kind = np.where(brow, np.where(other, 1, 0), 2)[drawn]
    order = np.argsort(kind, kind="stable")
    return triangles[drawn][order], np.searchsorted(kind[order], [1, 2]).astype(np.int32)


def shade_of(relief: Floats, light: tuple[float, float]) -> Floats:
    """Change of the light on folded skin (S, S), negative = darker.

    Args:
        relief: (S, S) of `wrinkle_relief`.
        light: direction that the light comes from, along u and v.
    """
    up, across = np.gradient(relief)
    slope = -(light[0] * across + light[1] * up) * (_WIDTH * len(relief))
    tone = SLOPE * slope + FURROW * np.minimum(relief, 0) + BULGE * np.maximum(relief, 0)
    return np.asarray(tone, np.float32)


def portrait_light(rig: HeadRig, lightness: Floats) -> tuple[float, float]:
    """Where the portrait's light comes from along u and v, by the normals of its bright and dark skin; length 1.

    Args:
        rig: the avatar's.
        lightness: (S, S) 0..1 of the face's texture, row 0 at v = 0.
    """
    side = len(lightness)
    normals = vertex_normals(rig.neutral, rig.model.triangles["face"])
    u, v = rig.model.uv.T
    seen = (np.abs(u - 0.5) < 0.3) & (v > 0.25) & (v < 0.9) & (normals[:, 2] > 0.5)
    values = lightness[(v[seen] * side).astype(int), (u[seen] * side).astype(int)]
    fit, *_ = np.linalg.lstsq(np.column_stack([normals[seen], np.ones(seen.sum())]), values, rcond=None)
    # Light from below is a misreading of brows and beards; some light always comes from above.
    across, up = float(fit[0]), max(float(fit[1]), 0.0) + 0.15
    length = float(np.hypot(across, up))
    return across / length, up / length


def skin_mask(lightness: Floats) -> Floats:
    """Where the texture (S, S) is as light as skin: (S, S) float32, 0..1; hair, brows and deep shadows are not."""
    side = len(lightness)
    cheeks = lightness[int(0.5 * side) : int(0.7 * side), int(0.25 * side) : int(0.75 * side)]
    reference = np.minimum(np.median(cheeks), 1.3 * blurred(lightness, side / 12, side / 12))
    share = blurred(lightness, side / 256, side / 256) / np.maximum(reference, 0.05)
    share = np.clip((share - DARK_FROM) / (DARK_TO - DARK_FROM), 0, 1)
    return blurred(share * share * (3 - 2 * share), side / 256, side / 256)


def smooth_skin(lightness: Floats, mask: Floats) -> Floats:
    """How smooth the portrait is in each region (R,) float32: 1 = bare skin, 0 = it shows lines, hair or a beard.

    Lines are told from the grain of a photograph by smoothing along them.

    Args:
        lightness: (S, S) 0..1 of the face's texture, row 0 at v = 0.
        mask: (S, S) of `skin_mask`.
    """
    side = len(lightness)
    # Only skin near the lines, and not so near to brows and hair that their edges count.
    inner = np.clip(8.0 * blurred(mask, 0.015 * side, 0.015 * side) - 7.0, 0, 1)
    near = blurred(np.abs(wrinkle_relief(side)), 0.008 * side, 0.008 * side) > 0.04
    places = (np.arange(side, dtype=np.float32) + 0.5) / side
    uv = np.stack(np.broadcast_arrays(places[None, :], places[:, None]), -1).reshape(-1, 2)
    belongs = region_weights(uv).reshape(side, side, -1)
    counted = belongs * (near * inner)[..., None]

    def rms(along_u: float, along_v: float) -> Floats:
        """Root mean square (R,) of the texture's detail, blurred by so much of its side."""
        low = blurred(lightness, 0.016 * side, 0.016 * side)
        detail = blurred(lightness - low, along_u * side, along_v * side) / np.maximum(low, 0.05)
        mean = np.einsum("vur,vu->r", counted, detail * detail) / np.maximum(counted.sum((0, 1)), 1e-6)
        return np.asarray(np.sqrt(mean), np.float32)

    lines = np.where(_LINES_ARE_LEVEL, rms(0.016, 0.0015), rms(0.0015, 0.016))
    smooth = np.clip((LINES_AT - lines) / (LINES_AT - LINES_FROM), 0, 1)
    smooth *= np.clip((DETAIL_AT - rms(0.0012, 0.0012)) / (DETAIL_AT - DETAIL_FROM), 0, 1)
    # A region that hair covers has no skin to fold.
    smooth *= np.clip(counted.sum((0, 1)) / np.maximum(belongs.sum((0, 1)), 1e-6) / 0.05, 0, 1)
    for pair in _PAIRS:  # a side in the shadow is as smooth as the other one
        smooth[list(pair)] = smooth[list(pair)].mean()
    return np.asarray(smooth, np.float32)


def blurred(values: Floats, along_u: float, along_v: float) -> Floats:
    """A picture (H, W) blurred by about a Gaussian of these standard deviations in pixels: three running means."""
    out = values.astype(np.float64)
    for axis, sigma in ((1, along_u), (0, along_v)):
        reach = round((np.sqrt(4.0 * sigma * sigma + 1.0) - 1.0) / 2.0)
        for _ in range(3 if reach else 0):
            ends = [(0, 0), (0, 0)]
            ends[axis] = (reach + 1, reach)
            sums = np.cumsum(np.pad(out, ends, mode="edge"), axis=axis)
            width, count = 2 * reach + 1, out.shape[axis]
            later = np.take(sums, np.arange(width, width + count), axis)
            out = (later - np.take(sums, np.arange(count), axis)) / width
    return out.astype(np.float32)
