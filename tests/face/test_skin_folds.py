from __future__ import annotations

import numpy as np
import pytest

from face.head_model import load_head_model
from face.skin_folds import ACROSS, BEGINS, SkinFolds, fold_basis
from face.wrinkle_map import REGIONS
from protocol.blendshapes import INDEX

FOREHEAD, GLABELLA, NASOLABIAL = 0, 2, 5


def expression(*names: str) -> np.ndarray:
    weights = np.zeros(len(INDEX), np.float32)
    for name in names:
        for side in ("",) if name in INDEX else ("Left", "Right"):
            weights[INDEX[name + side]] = 1.0
    return weights


@pytest.fixture(scope="module")
def basis() -> np.ndarray:
    model = load_head_model()
    return fold_basis(model.vertices, model.uv, model.triangles["face"], model.expression)


def patch() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A flat square of skin over the whole atlas: vertices, atlas coordinates and triangles."""
    side = 101
    v, u = np.divmod(np.arange(side * side), side)
    uv = np.stack([u, v], 1).astype(np.float32) / (side - 1)
    vertices = np.column_stack([20 * uv, np.zeros(len(uv))]).astype(np.float32)
    corner = np.arange(side * side).reshape(side, side)[:-1, :-1].ravel()
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + side], 1),
            np.stack([corner + 1, corner + side + 1, corner + side], 1),
        ]
    )
    return vertices, uv, triangles


@pytest.mark.parametrize("share", [0.05, -0.1])
def test_a_patch_that_shrinks_along_one_axis_folds_by_as_much(share: float) -> None:
    vertices, uv, triangles = patch()
    shorter = np.zeros((2, *vertices.shape), np.float32)
    shorter[0, :, 0] = -share * vertices[:, 0]
    shorter[1, :, 1] = -share * vertices[:, 1]
    folds = fold_basis(vertices, uv, triangles, shorter)
    level, upright = folds[:, GLABELLA], folds[:, FOREHEAD]
    # diagonal edges, which count by the fourth power of their alignment, take part in either
    assert level[0] == pytest.approx(share / ACROSS[GLABELLA].full, rel=0.25)
    assert upright[1] == pytest.approx(share / ACROSS[FOREHEAD].full, rel=0.25)
    assert abs(level[1]) < 0.3 * abs(level[0])
    assert abs(upright[0]) < 0.3 * abs(upright[1])


def test_a_head_that_moves_or_turns_as_a_whole_folds_nothing() -> None:
    model = load_head_model()
    moved = np.zeros((2, *model.vertices.shape), np.float32)
    moved[0] = (1.0, 2.0, 3.0)
    moved[1] = 0.01 * np.cross(np.array([0.3, 1.0, -0.2]), model.vertices)  # an infinitesimal turn
    folds = fold_basis(model.vertices, model.uv, model.triangles["face"], moved)
    np.testing.assert_allclose(folds, 0.0, atol=2e-4)


@pytest.mark.parametrize(
    ("shapes", "folded"),
    [
        (("browInnerUp", "browOuterUp"), {"forehead_left", "forehead_right"}),
        (("browDown",), {"glabella"}),
        (("mouthSmile", "cheekSquint"), {"crow_left", "crow_right", "nasolabial_left", "nasolabial_right"}),
        (("eyeSquint", "cheekSquint"), {"crow_left", "crow_right"}),
        (("mouthSmileLeft",), {"nasolabial_left"}),
        (("mouthShrugLower",), {"chin"}),
        (("jawOpen",), set()),
        (("mouthPucker",), set()),
        (("eyeBlink",), set()),
    ],
)
def test_expressions_fold_the_regions_that_anatomy_says(
    basis: np.ndarray, shapes: tuple[str, ...], folded: set[str]
) -> None:
    amount = dict(zip(REGIONS, (expression(*shapes) @ basis).tolist(), strict=True))
    assert {name for name, value in amount.items() if value > 0.45} == folded
    assert all(value < 0.4 for name, value in amount.items() if name not in folded)


def test_the_first_order_is_near_the_true_lengths(basis: np.ndarray) -> None:
    """Shortening of the forehead's own edges, measured on the deformed mesh."""
    model = load_head_model()
    for amount in (0.25, 1.0):
        weights = np.float32(amount) * expression("browInnerUp", "browOuterUp")
        deformed = model.expressed(model.vertices, weights)
        across = ACROSS[FOREHEAD]
        chosen = np.hypot(
            (model.uv[:, 0] - across.u) / across.radius_u, (model.uv[:, 1] - across.v) / across.radius_v
        )
        triangles = model.triangles["face"]
        edges = triangles[(chosen[triangles] < 0.6).all(1)][:, [0, 1]]
        before, after = (v[edges[:, 1]] - v[edges[:, 0]] for v in (model.vertices, deformed))
        upright = np.abs(before[:, 1]) > 0.9 * np.linalg.norm(before, axis=1)
        length, now = (np.linalg.norm(e[upright], axis=1).sum() for e in (before, after))
        assert float(weights @ basis[:, FOREHEAD]) * across.full == pytest.approx(1 - now / length, abs=0.05)


def test_folds_begin_end_and_leave_out_the_portraits_own(basis: np.ndarray) -> None:
    share = np.ones(len(REGIONS), np.float32)
    still = np.zeros(len(basis), np.float32)
    folds = SkinFolds(basis, share, still)
    raised = expression("browInnerUp", "browOuterUp")
    assert not folds(still).any()
    full = raised @ basis[:, FOREHEAD]
    assert not folds((0.9 * BEGINS / full * raised).astype(np.float32))[FOREHEAD]
    assert folds((0.5 / full * raised).astype(np.float32))[FOREHEAD] == pytest.approx(
        (0.5 - BEGINS) / (1 - BEGINS)
    )
    assert folds(3 * raised)[FOREHEAD] == 1.0
    assert folds(raised) is folds(still)

    share[:] = 0.25
    assert SkinFolds(basis, share, still)(3 * raised)[FOREHEAD] == 0.25
    own = SkinFolds(basis, np.ones_like(share), raised)
    assert not own(raised).any()  # the portrait has raised brows, and the lines of them
    assert not own(still).any()
