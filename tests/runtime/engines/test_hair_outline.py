from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.rig import load_rig
from runtime.engines.hair_outline import SHARPEST, SOFTEST, fading_normals, hair_share, hair_softness

SIDE = 640


def head(soft_px: float) -> np.ndarray:
    """(SIDE, SIDE) uint8: a head as a disc of radius 160 pixels, with an outline so many pixels wide."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    away = np.hypot(rows - 240, columns - SIDE / 2)
    return (np.clip((160 - away) / max(soft_px, 1e-3) + 0.5, 0, 1) * 255).astype(np.uint8)


def test_hair_fades_over_about_as_many_pixels_as_its_own_outline() -> None:
    """Of a ball of radius R, the normal at a distance d inside of its outline has the cosine sqrt(1 - (1 - d / R)²)."""
    for soft_px in (8, 14):
        depth = 160 * (1 - np.sqrt(1 - hair_softness(head(soft_px), 0.5) ** 2))
        assert 0.4 * soft_px < depth < soft_px


def test_an_outline_without_any_softness_stays_sharp_and_softness_has_a_limit() -> None:
    assert hair_softness(head(0), 0.5) < 0.12
    assert hair_softness(head(120), 0.5) == SOFTEST
    assert hair_softness(np.zeros((SIDE, SIDE), np.uint8), 0.5) == SHARPEST
    assert hair_softness(head(8), 0.0) == SHARPEST


def test_shoulders_end_sharply_and_hair_above_the_ears_softly(drawn_avatar: Path) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    share = hair_share(rig, rig.sheet)
    assert share.min() == 0
    assert share.max() == 1
    assert (share[rig.sheet.follow < 0.9] == 0).all()
    normals = np.tile(np.float32([0, 0, 1]), (len(share), 1))
    length = np.linalg.norm(fading_normals(normals, share, 0.4), axis=1)
    assert length[share == 1] == pytest.approx(1 / 0.4)
    assert length[share == 0] == pytest.approx(1 / SHARPEST)
