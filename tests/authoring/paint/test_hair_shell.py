from __future__ import annotations

import numpy as np
import pytest

from authoring.paint.hair_shell import BEHIND, THICKEST, Skull, fitted_skull, hair_shell
from face.head_model import load_head_model

SKULL = Skull(centre=(5.0, 0.7), axes=(8.3, 9.8, 9.9))
SIZE, STEP = 161, 0.25  # side of the fields; model units a pixel


def places() -> np.ndarray:
    rows, columns = (np.mgrid[0:SIZE, 0:SIZE] - SIZE // 2) * STEP
    return np.stack([columns, SKULL.centre[0] - rows, np.full_like(rows, SKULL.centre[1])], -1).astype(
        np.float32
    )


def test_an_ellipsoid_is_found_again() -> None:
    model = load_head_model()
    random = np.random.default_rng(0)
    direction = random.normal(size=model.vertices.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    vertices = direction * SKULL.axes + (0, *SKULL.centre)
    found = fitted_skull(model, vertices.astype(np.float32))
    assert found.centre == pytest.approx(SKULL.centre, abs=0.02)
    assert found.axes == pytest.approx(SKULL.axes, abs=0.02)


def test_the_model_head_lies_on_its_skull() -> None:
    model = load_head_model()
    skull = fitted_skull(model, model.vertices)
    scalp = model.vertices[np.unique(model.triangles["scalp"])]
    away = np.linalg.norm((scalp - (0, *skull.centre)) / skull.axes, axis=1)
    assert np.abs(away - 1).mean() * 9 < 0.3  # model units; a head is 17 wide
    assert np.abs(away - 1).max() * 9 < 1.2


@pytest.mark.parametrize("seed", range(6))
def test_a_head_that_is_no_ellipsoid_has_a_skull_of_its_size(seed: int) -> None:
    """Least squares give a hyperboloid, or an ellipsoid of hundreds of units, for some of these."""
    model = load_head_model()
    identity = np.random.default_rng(seed).normal(size=60).astype(np.float32) * 9
    vertices = model.shape(identity)
    skull = fitted_skull(model, vertices)
    halves = np.ptp(vertices[np.unique(model.triangles["scalp"])], axis=0) / 2
    assert np.isfinite([*skull.centre, *skull.axes]).all()
    assert (np.array(skull.axes) > 0.4 * halves).all()
    assert (np.array(skull.axes) < 2.5 * halves).all()


@pytest.mark.parametrize("thick", [0.0, 1.5, 3.0])
def test_hair_of_one_thickness_is_a_larger_ellipsoid(thick: float) -> None:
    at = places()
    x, y = at[..., 0], at[..., 1] - SKULL.centre[0]
    away = np.hypot(x, y)
    towards = np.arctan2(x, y)
    bare = 1 / np.hypot(
        np.sin(towards) / SKULL.axes[0], np.cos(towards) / SKULL.axes[1]
    )  # to the skull's outline
    front, behind = hair_shell(SKULL, at, away < bare + thick)
    share = np.sqrt(np.maximum(1 - (away / (bare + thick)) ** 2, 0))
    inner = away < 0.8 * (bare + thick)
    np.testing.assert_allclose(
        front[inner], ((SKULL.axes[2] + thick) * share)[inner], atol=0.4
    )  # a pixel of outline
    np.testing.assert_allclose(
        behind[inner], ((SKULL.axes[2] + BEHIND * thick) * share)[inner], atol=0.4
    )  # a pixel of outline
    assert (front[away > bare + thick + 2 * STEP] == 0).all()


def test_shoulders_below_and_a_single_strand_make_no_thicker_hair() -> None:
    at = places()
    x, y = at[..., 0], at[..., 1] - SKULL.centre[0]
    head = np.hypot(x / SKULL.axes[0], y / SKULL.axes[1]) < 1
    alone = hair_shell(SKULL, at, head)[0]
    strand = (np.abs(x - 0.3) < STEP) & (y > 0)
    np.testing.assert_allclose(hair_shell(SKULL, at, head | (y < -6) | strand)[0], alone, atol=0.3)


def test_what_stands_out_far_counts_no_more_than_the_thickest_hair() -> None:
    at = places()
    everywhere = np.ones(at.shape[:2], bool)
    front, _ = hair_shell(SKULL, at, everywhere)
    assert front.max() == pytest.approx(SKULL.axes[2] + THICKEST, abs=0.3)


def test_nobody_in_the_picture_leaves_the_bare_skull() -> None:
    at = places()
    front, behind = hair_shell(SKULL, at, np.zeros(at.shape[:2], bool))
    assert front.max() == pytest.approx(SKULL.axes[2], abs=0.1)
    np.testing.assert_allclose(front, behind)
