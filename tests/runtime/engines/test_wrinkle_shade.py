from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.normals import vertex_normals
from face.rig import HeadRig, load_rig
from face.wrinkle_map import REGIONS, region_weights, wrinkle_relief
from runtime.engines.wrinkle_shade import (
    BROW,
    blurred,
    folding_triangles,
    portrait_light,
    shade_of,
    skin_mask,
    smooth_skin,
    wrinkle_arrays,
)

SIDE = 256


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def skin(lightness: float = 0.7) -> np.ndarray:
    return np.full((SIDE, SIDE), lightness, np.float32)


def smooth(texture: np.ndarray) -> dict[str, float]:
    return dict(zip(REGIONS, smooth_skin(texture, skin_mask(texture)).tolist(), strict=True))


def test_a_blur_spreads_a_point_as_a_gaussian_and_keeps_flat_pictures() -> None:
    point = np.zeros((65, 65), np.float32)
    point[32, 32] = 1.0
    out = blurred(point, 6.0, 3.0)
    places = np.arange(65) - 32
    for axis, sigma in ((1, 6.0), (0, 3.0)):
        line = out.sum(1 - axis)
        assert np.sqrt((line * places**2).sum() / line.sum()) == pytest.approx(sigma, abs=0.5)
    assert out.sum() == pytest.approx(1.0, abs=1e-4)
    np.testing.assert_allclose(blurred(skin(), 9.0, 9.0), 0.7, atol=1e-5)
    np.testing.assert_array_equal(blurred(point, 0.2, 0.2), point)


def test_light_from_above_darkens_the_upper_slope_of_a_furrow() -> None:
    relief = np.zeros((64, 64), np.float32)
    rows = np.arange(64)[:, None]
    relief[:] = -np.exp(-(((rows - 32) / 4) ** 2))  # level, row 0 at the bottom
    from_above, from_below = (shade_of(relief, (0.0, up)) for up in (1.0, -1.0))
    assert from_above[35, 30] < from_above[29, 30] - 0.02
    np.testing.assert_allclose(from_above[::-1][:-1], from_below[1:], atol=1e-6)
    from_the_side = shade_of(relief, (1.0, 0.0))
    np.testing.assert_allclose(from_the_side[35], from_the_side[29], atol=1e-6)
    assert from_the_side[32, 30] < 0  # less light reaches the bottom
    assert not shade_of(np.zeros_like(relief), (0.6, 0.8)).any()


@pytest.mark.parametrize("light", [(0.6, 0.8), (-0.8, 0.6), (0.0, 1.0)])
def test_the_portraits_light_is_found_in_its_shading(rig: HeadRig, light: tuple[float, float]) -> None:
    normals = vertex_normals(rig.neutral, rig.model.triangles["face"])
    shaded = 0.4 + 0.4 * (normals @ np.array([*light, 0.5]))
    lightness = np.zeros((SIDE, SIDE), np.float32)
    u, v = (np.clip(rig.model.uv.T, 0, 0.999) * SIDE).astype(int)
    lightness[v, u] = shaded
    across, up = portrait_light(rig, lightness)
    assert np.hypot(across, up) == pytest.approx(1.0)
    assert np.dot((across, up), light) > 0.95


def test_bare_skin_folds_everywhere_and_hair_nowhere() -> None:
    assert set(smooth(skin()).values()) == {1.0}
    fringe = skin()
    fringe[int(0.84 * SIDE) :] = 0.12
    found = smooth(fringe)
    assert found["forehead_left"] == found["forehead_right"] == 0.0
    assert found["nasolabial_left"] == 1.0
    assert skin_mask(fringe)[int(0.9 * SIDE), SIDE // 2] == 0.0
    assert skin_mask(fringe)[SIDE // 2, SIDE // 2] == pytest.approx(1.0)


def test_lines_that_the_portrait_shows_switch_its_wrinkles_off_and_grain_does_not() -> None:
    relief = wrinkle_relief(SIDE)
    wrinkled = skin() * (1 + 2.0 * shade_of(relief, (0.3, 0.95)))
    found = smooth(wrinkled.astype(np.float32))
    assert found["forehead_left"] < 0.2
    assert found["chin"] < 0.8  # one line has less to show
    grain = np.random.default_rng(2).normal(0.0, 0.06, (SIDE, SIDE))
    assert min(smooth((skin() * (1 + grain)).astype(np.float32)).values()) > 0.9


def test_a_side_in_the_shadow_is_as_smooth_as_the_other() -> None:
    noisy = skin()
    noisy[:, : SIDE // 2] *= 1 + 0.3 * np.sign(np.sin(np.arange(SIDE) / 3.0))[:, None].astype(np.float32)
    found = smooth(noisy)
    for name in REGIONS:
        if name.endswith("_left"):
            assert found[name] == found[name.replace("_left", "_right")] < 0.6


def test_strength_scales_how_deep_skin_folds_and_nothing_else(rig: HeadRig) -> None:
    picture = np.full((SIDE, SIDE, 4), (200, 160, 140, 255), np.uint8)
    full, half = (wrinkle_arrays(rig, picture, strength) for strength in (1.0, 0.5))
    np.testing.assert_allclose(half.pop("fold_share"), 0.5 * full.pop("fold_share"))
    for name, values in full.items():
        np.testing.assert_array_equal(values, half[name])
    shade = full["wrinkle_shade"]
    assert shade.shape == (SIDE, SIDE, 2)
    assert not (shade.min(2) > 0).any()  # darker or lighter, never both
    assert 20 < shade.max() < 140


def test_triangles_under_visible_lines_are_drawn_and_those_of_the_brow_come_first(rig: HeadRig) -> None:
    uv, triangles = rig.model.uv, rig.model.triangles["face"]
    weights = region_weights(uv)
    tone = shade_of(wrinkle_relief(SIDE), (0.3, 0.95))
    drawn, ends = folding_triangles(triangles, uv, weights, tone)
    assert len(drawn) < 0.3 * len(triangles)
    found = weights[drawn].max(1) > 0
    brow, other = found[:, :BROW].any(1), found[:, BROW:].any(1)
    first, second = ends.tolist()
    assert (brow[:first] & ~other[:first]).all()
    assert (brow[first:second] & other[first:second]).all()
    assert (~brow[second:] & other[second:]).all()

    # by brute force: the triangles that hold places with light or shade
    rows, columns = np.nonzero(np.abs(tone) > 0.02)
    chosen = np.random.default_rng(4).choice(len(rows), 300, replace=False)
    there = {tuple(row) for row in drawn.tolist()}
    a, b, c = (uv[triangles[:, corner]].astype(np.float64) for corner in range(3))
    for u, v in zip((columns[chosen] + 0.5) / SIDE, (rows[chosen] + 0.5) / SIDE, strict=True):
        place = np.array([u, v])
        sides = [
            (q[:, 0] - p[:, 0]) * (place[1] - p[:, 1]) - (q[:, 1] - p[:, 1]) * (place[0] - p[:, 0])
            for p, q in ((a, b), (b, c), (c, a))
        ]
        inside = np.flatnonzero((np.stack(sides) > 0).all(0))
        for triangle in inside:
            if weights[triangles[triangle]].max() > 0.02:
                assert tuple(triangles[triangle].tolist()) in there
