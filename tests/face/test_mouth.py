from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.mouth import MOUTH_PARTS, mouth_tints
from face.rig import HeadRig, load_rig


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def part(rig: HeadRig, *names: str) -> np.ndarray:
    return np.unique(rig.model.part(*names))


def test_only_the_parts_of_the_mouth_have_a_colour(rig: HeadRig) -> None:
    tints = mouth_tints(rig)
    inside = part(rig, *MOUTH_PARTS)
    assert tints.shape == rig.neutral.shape
    assert tints.dtype == np.float32
    assert (tints[inside] > 0).all()
    assert tints.max() <= 1.1
    assert not np.delete(tints, inside, axis=0).any()


def test_the_socket_is_darker_at_its_back(rig: HeadRig) -> None:
    socket = part(rig, "mouth_socket")
    depth = rig.neutral[socket, 2]
    light = mouth_tints(rig)[socket].sum(1)
    front, back = depth > np.quantile(depth, 0.8), depth < np.quantile(depth, 0.2)
    assert light[back].mean() < 0.7 * light[front].mean()


def test_teeth_are_brighter_than_tongue_and_gums_and_less_red(rig: HeadRig) -> None:
    tints = mouth_tints(rig)
    teeth, soft = tints[part(rig, "teeth_upper")].mean(0), tints[part(rig, "gums", "tongue")].mean(0)
    assert teeth.sum() > soft.sum()
    assert teeth[0] / teeth[2] < soft[0] / soft[2]


def test_the_light_of_the_portrait_scales_every_colour(rig: HeadRig) -> None:
    white = mouth_tints(replace(rig, mouth_tint=np.ones(3, np.float32)))
    warm = np.array([1.0, 0.5, 0.25], np.float32)
    np.testing.assert_allclose(mouth_tints(replace(rig, mouth_tint=warm)), white * warm, rtol=1e-5)
