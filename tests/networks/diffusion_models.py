"""Small random diffusion networks as model folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from networks.dit_design import DitDesign

#: Of half the conditions' size, with two past frames.
DESIGN = DitDesign(side=64, patch=8, width=32, depth=2, heads=2, adapters_every=1, window=3)


def random_network(design: DitDesign = DESIGN, seed: int = 0) -> Any:
    """A Dit whose pictures are visibly not the drafts, and depend on the portrait and on past frames."""
    import torch

    from tests.networks.dits import random_dit

    net = random_dit(design, seed)
    with torch.no_grad():
        for block in net.blocks:
            block.attention.qkv.weight *= 4.0
            block.attention.out.weight *= 20.0
    return net


def write_random_diffusion(folder: Path, design: DitDesign = DESIGN, *, flow: str = "bridge") -> Path:
    """Write `random_network`'s model folder with whole weights; returns it."""
    from networks.flow import FLOWS
    from training.diffusion.export import export_diffusion
    from training.model_folder_writer import ModelCard

    card = ModelCard("nothing", 0.0, is_trial=True)
    export_diffusion(random_network(design), FLOWS[flow], folder, card, is_in_bytes=False)
    return folder
