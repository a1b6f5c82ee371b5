"""Crops against OpenCV's, with which training cuts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest

from face.conditions import CHANNELS_IN
from face.regions import REGIONS
from runtime.engines.crop_pass import CropPass
from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.engines.region_atlas import ATLAS_HEIGHT, ATLAS_WIDTH, FIRST_ROW
from runtime.inference.retouch_network import RegionData
from training.pairs.drafter import cropped


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    made = create_context()
    yield made
    release_context(made)


def matrices(scale: float = 512.0) -> dict[str, np.ndarray]:
    found = {}
    for name, (turn, x, y) in {"mouth": (0.3, 0.05, 0.1), "eyes": (-0.2, 0.45, -0.4)}.items():
        c, s = scale * np.cos(turn), scale * np.sin(turn)
        rows = np.array([[c, s, 0.0], [-s, c, 0.0]])
        rows[:, 2] = (REGIONS[name].width / 2, REGIONS[name].height / 2) - rows[:, :2] @ (x, y)
        found[name] = rows.astype(np.float32)
    return found


def data(name: str) -> RegionData:
    region = REGIONS[name]
    crop = np.zeros((4, region.height, region.width), np.float32)
    planes = np.zeros((CHANNELS_IN - 4, region.height // 2, region.width // 2), np.float32)
    return RegionData(crop, planes, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("side", [512, 1024])
def test_crops_are_those_of_training(gl: Any, side: int) -> None:
    """The eyes' crop lies half beyond the picture: nothing is there."""
    make_current(gl)
    small = np.random.default_rng(0).integers(0, 256, (512, 512, 4), np.uint8)
    picture = np.repeat(np.repeat(small, side // 512, 0), side // 512, 1)
    texture = gl.texture((side, side), 4, picture.tobytes())
    texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
    crops, found = CropPass(gl, side), {name: data(name) for name in REGIONS}
    crops.draw(texture, matrices())
    crops.read(found)
    for name in REGIONS:
        got = found[name].crop.transpose(1, 2, 0) * 255
        wanted = cropped(small, matrices()[name], name).astype(np.float32)
        if side == 512:
            assert np.abs(got - wanted).max() <= 8  # OpenCV's weights have five bits
        off = np.abs(got - wanted)
        assert off.mean() < (1.0 if side == 512 else 30.0)
        assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.9
    assert (found["eyes"].crop[3] == 0).mean() > 0.3


def test_crops_do_not_overlap_in_the_atlas() -> None:
    rows: set[int] = set()
    for name, region in REGIONS.items():
        own = set(range(FIRST_ROW[name], FIRST_ROW[name] + region.height))
        assert not rows & own
        assert region.width <= ATLAS_WIDTH
        assert FIRST_ROW[name] % 2 == 0, "half of the atlas has whole pixels"
        rows |= own
    assert rows == set(range(ATLAS_HEIGHT))
