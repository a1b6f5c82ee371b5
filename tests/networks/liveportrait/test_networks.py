"""Every network gives what the published code gives for the same weights.

tests/data/liveportrait/golden.json holds outputs of the published code (KwaiVGI/LivePortrait, commit 1986663), run with the
weights and inputs of `random_weights`: narrow networks, and the names and shapes of the full ones.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor, nn

from networks.liveportrait.appearance import AppearanceExtractor
from networks.liveportrait.checkpoints import filled, without_spectral_norm
from networks.liveportrait.generator import SpadeBlock, SpadeGenerator
from networks.liveportrait.motion import MotionExtractor
from networks.liveportrait.retargeting import (
    Retargeter,
    eye_retargeting,
    lip_retargeting,
    stitching,
)
from networks.liveportrait.sizes import NetworkSizes
from networks.liveportrait.warping import WarpingNetwork
from tests.networks.liveportrait.random_weights import (
    NARROW,
    NARROW_PX,
    facts,
    fill,
    keypoints,
    numbers,
    picture,
    randomised,
)

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "liveportrait" / "golden.json").read_text("utf-8")
)
TOLERANCE = 1e-4


def assert_same(value: Tensor, golden: dict[str, Any]) -> None:
    got = facts(value)
    assert got["shape"] == golden["shape"]
    for name in ("mean", "std", "samples"):
        assert got[name] == pytest.approx(golden[name], abs=TOLERANCE), name


@pytest.fixture(scope="module")
def volume() -> Tensor:
    network = randomised(AppearanceExtractor(NARROW), 1)
    made: Tensor = network(picture(11, NARROW_PX))
    return made


def test_appearance(volume: Tensor) -> None:
    assert_same(volume, GOLDEN["appearance"])


def test_motion() -> None:
    output = randomised(MotionExtractor(NARROW), 2)(picture(11, NARROW_PX))
    assert set(output._fields) == set(GOLDEN["motion"])
    for name in output._fields:
        assert_same(getattr(output, name), GOLDEN["motion"][name])


def test_warping(volume: Tensor) -> None:
    source = keypoints(12)
    warped = randomised(WarpingNetwork(NARROW), 3)(volume, source + keypoints(13, spread=0.1), source)
    for name in ("mask", "deformation", "occlusion"):
        assert_same(getattr(warped.motion, name), GOLDEN["warping"][name])
    assert_same(warped.out, GOLDEN["warping"]["out"])


def spectral_state(seed: int, sizes: NetworkSizes = NARROW) -> dict[str, Tensor]:
    """A generator's weights as checkpoints hold them: its convolutions' as weight_orig, weight_u, weight_v."""
    network = SpadeGenerator(sizes)
    state = dict(network.state_dict())
    for name, block in network.named_modules():
        if isinstance(block, SpadeBlock):
            for conv in ("conv_0", "conv_1", *(("conv_s",) if block.is_widened else ())):
                weight = state.pop(f"{name}.{conv}.weight")
                state[f"{name}.{conv}.weight_orig"] = weight
                state[f"{name}.{conv}.weight_u"] = torch.zeros(len(weight))
                state[f"{name}.{conv}.weight_v"] = torch.zeros(weight[0].numel())
    fill(state, seed)
    return state


def test_generator() -> None:
    state = without_spectral_norm(spectral_state(4))
    network = filled(SpadeGenerator(NARROW), state, Path("spade_generator.pth"))
    features = numbers(14, 1, NARROW.warped, 16, 16)
    logits = network.logits(features)
    assert_same(logits, GOLDEN["generator"]["logits"])
    assert_same(network(features), GOLDEN["generator"]["picture"])


@pytest.mark.parametrize(
    ("name", "network", "seed", "count"),
    [
        ("stitching", stitching(), 5, 126),
        ("eye", eye_retargeting(), 6, 66),
        ("lip", lip_retargeting(), 7, 65),
    ],
)
def test_retargeting(name: str, network: Retargeter, seed: int, count: int) -> None:
    assert_same(randomised(network, seed)(numbers(15, 1, count)), GOLDEN[name])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("appearance", AppearanceExtractor),
        ("motion", MotionExtractor),
        ("warping", WarpingNetwork),
        ("generator", SpadeGenerator),
    ],
)
def test_names_and_shapes_of_the_full_networks(name: str, kind: type[nn.Module]) -> None:
    """Those of the published code, for a generator without its spectral normalisation."""
    with torch.device("meta"):
        network = kind()
    listing = sorted(
        f"{key} {','.join(map(str, value.shape))}" for key, value in network.state_dict().items()
    )
    golden = GOLDEN["state"][name]
    assert len(listing) == golden["count"]
    assert sum(one.numel() for one in network.parameters()) == golden["parameters"]
    assert hashlib.sha256("\n".join(listing).encode()).hexdigest() == golden["sha256"]
