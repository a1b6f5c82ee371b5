from __future__ import annotations

import numpy as np
import pytest

from studio.head.mesh import StudioMesh
from studio.skin import regions
from studio.skin.regions import HAIRLINE, _inside, region_maps, scalp_distance

#: Index of a map in the result of region_maps: (texture, channel).
LIPS, FLUSH, BEARD, SCALP, MOUSTACHE = (0, 0), (0, 1), (0, 3), (1, 0), (3, 0)


@pytest.fixture(scope="module")
def maps(ict_mesh: StudioMesh) -> np.ndarray:
    return region_maps(ict_mesh.rest, ict_mesh.uv, ict_mesh.uv[ict_mesh.landmarks])


def test_the_hairline_separates_scalp_from_face() -> None:
    points = np.array([(0, 14, 6), (0, 6, 11), (8, 10, -2), (0, -8, -6), (0, 4, -9)], np.float32)
    assert (scalp_distance(points) > 0).tolist() == [True, False, True, False, True]
    on_the_line = np.array([(0.0, HAIRLINE[1][0], 9.0)], np.float32)
    assert scalp_distance(on_the_line) == pytest.approx(0.0, abs=1e-5)
    left = np.random.default_rng(1).uniform(-9, 12, (50, 3)).astype(np.float32)
    np.testing.assert_allclose(scalp_distance(left), scalp_distance(left * np.float32([-1, 1, 1])), atol=1e-5)


def test_maps_have_the_documented_form(maps: np.ndarray, ict_mesh: StudioMesh) -> None:
    assert maps.shape == (4, len(ict_mesh.rest), 4)
    assert maps.dtype == np.uint8


def test_each_texel_is_drawn_alone_however_many_there_are(
    maps: np.ndarray, ict_mesh: StudioMesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regions, "_BLOCK", 1000)
    some = np.random.default_rng(2).permutation(len(ict_mesh.rest))[:5500]
    found = region_maps(ict_mesh.rest[some], ict_mesh.uv[some], ict_mesh.uv[ict_mesh.landmarks])
    # one level for rounding
    assert np.abs(found.astype(int) - maps[:, some].astype(int)).max() <= 1


def test_landmarks_lie_in_their_regions(maps: np.ndarray, ict_mesh: StudioMesh) -> None:
    at = {name: maps[index[0], ict_mesh.landmarks, index[1]].astype(int) for name, index in (
        ("lips", LIPS), ("flush", FLUSH), ("beard", BEARD), ("scalp", SCALP), ("moustache", MOUSTACHE))}  # fmt: skip
    assert at["lips"][[61, 62, 63, 65, 66, 67]].min() > 200  # the inner border of the lips
    assert at["lips"][:48].max() == 0
    assert at["flush"][30] > 100  # the tip of the nose
    assert at["beard"][17:48].max() < 30  # brows, nose and eyes
    assert at["beard"][[51, 57]].max() < 130  # the lips' outer border
    assert at["scalp"][17:68].max() < 128


def test_the_beard_is_on_lip_and_jaw_only() -> None:
    points = np.array(
        [(0.8, -2.2, 11.5), (0.0, -8.0, 10.0), (5.0, -6.0, 7.0), (0.0, 4.0, 11.0), (3.3, 3.4, 9.4)],
        np.float32,
    )
    uv = np.full((5, 2), 0.9, np.float32)
    outline = np.full((68, 2), 0.1, np.float32)
    outline[48:60] += 0.01 * np.stack([np.cos(np.arange(12)), np.sin(np.arange(12))], 1)
    found = region_maps(points, uv, outline)
    assert found[0, :3, 3].min() > 60
    assert found[0, 3:, 3].max() == 0
    assert found[3, 0, 0] > 100
    assert found[3, 1:, 0].max() < 5


def test_distance_to_an_outline_is_positive_inside() -> None:
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32) * np.float32(0.02)
    points = np.array([(0.01, 0.01), (0.004, 0.01), (-0.003, 0.01), (0.5, 0.5)], np.float32)
    np.testing.assert_allclose(_inside(points, square), [0.01, 0.004, -0.003, -1.0], atol=1e-6)
