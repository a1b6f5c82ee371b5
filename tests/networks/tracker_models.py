"""Small random trackers for tests, and their model folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def random_tracker(seed: int = 0) -> Any:
    """An untrained TrackerNet that calls every crop a face."""
    import torch

    from networks.tracker import TrackerNet

    torch.manual_seed(seed)
    net = TrackerNet().eval()
    with torch.no_grad():
        net.seen.bias.fill_(5.0)
        net.expression.weight.mul_(20.0)
        net.rest.weight.normal_(0.0, 0.2)  # training begins without it
    return net


def write_random_tracker(folder: Path, seed: int = 0) -> Path:
    """Export `random_tracker` into a folder."""
    from training.model_folder_writer import ModelCard
    from training.tracker.export import export_tracker

    export_tracker(random_tracker(seed), folder, ModelCard("nothing: random weights", 0.0, is_trial=True))
    return folder


def random_crops(seed: int = 1, count: int = 1) -> dict[str, np.ndarray]:
    """The network's inputs for `count` pictures, 0..1."""
    random = np.random.default_rng(seed)
    shapes = {"face": (count, 3, 128, 128), "eyes": (2 * count, 3, 64, 64), "mouth": (count, 3, 80, 96)}
    return {name: random.random(shape).astype(np.float32) for name, shape in shapes.items()}
