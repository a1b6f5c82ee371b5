"""LivePortrait's ONNX files with narrow networks and weights by seed, for tests of what runs them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from networks.liveportrait.appearance import AppearanceExtractor
from networks.liveportrait.checkpoints import LivePortraitNetworks
from networks.liveportrait.generator import SpadeGenerator
from networks.liveportrait.motion import MotionExtractor
from networks.liveportrait.retargeting import eye_retargeting, lip_retargeting, stitching
from networks.liveportrait.warping import WarpingNetwork
from tests.networks.liveportrait.random_weights import NARROW, randomised
from training.liveportrait_graphs import write_graphs

#: Of the pictures that they read; they make pictures of twice this.
SIDE = 32
TINY = replace(NARROW, spade_hidden=8, hourglass=(16, 32), first=8)


def tiny_networks() -> LivePortraitNetworks:
    """All networks; M's scale and the retargeters' corrections are kept near those of trained ones."""
    made = (
        AppearanceExtractor(TINY),
        MotionExtractor(TINY),
        WarpingNetwork(TINY),
        SpadeGenerator(TINY),
        stitching(),
        eye_retargeting(),
        lip_retargeting(),
    )
    networks = LivePortraitNetworks(*(randomised(one, seed) for seed, one in enumerate(made)))
    heads = networks.motion.detector
    for name, size, middle in (("scale", 0.02, 1.3), ("exp", 0.02, 0.0), ("t", 0.02, 0.0), ("kp", 0.2, 0.0)):
        head = getattr(heads, f"fc_{name}")
        head.weight.mul_(size)
        head.bias.mul_(size).add_(middle)
    for network in (networks.stitching, networks.eye, networks.lip):
        network.mlp[-1].weight.mul_(0.02)
        network.mlp[-1].bias.mul_(0.02)
    return networks


def write_tiny_weights(folder: Path) -> Path:
    """Write the files; returns the folder."""
    write_graphs(tiny_networks(), folder, side=SIDE, progress=lambda _: None)
    return folder
