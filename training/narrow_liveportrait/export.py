"""Writes narrow networks as the ONNX files of LivePortrait's set, which the engine runs as it runs LivePortrait's own.

export_narrow(Path("runs/narrow"), Path("runs/narrow/onnx"))

M is the tracker that comes with Omote (`motion.py`). The retargeting networks of eyes and lips are left out: they were not
trained, and avatars are made without them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from inference.errors import ModelError
from networks.liveportrait.checkpoints import LivePortraitNetworks
from networks.liveportrait.motion import MotionExtractor
from networks.liveportrait.retargeting import eye_retargeting, lip_retargeting, stitching
from training.errors import TrainingError
from training.liveportrait_graphs import write_graphs
from training.loop import DAMAGES, WEIGHTS
from training.narrow_liveportrait.batches import READ_PX
from training.narrow_liveportrait.motion import motion_graph
from training.narrow_liveportrait.train import NARROW, PictureNetworks

_MOTION: Final = "motion_extractor.onnx"
_OTHERS: Final = ("stitching.onnx", "appearance_feature_extractor.onnx", "warping_spade.onnx")


def export_narrow(run: Path, folder: Path) -> None:
    """Write the files of a run; weights as float16.

    Raises:
        TrainingError: the run has no weights, they are of another network, or a file cannot be written.
    """
    path = run / WEIGHTS
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        networks = networks_of(weights)
    except DAMAGES as error:
        why = str(error).partition("\n")[0]
        raise TrainingError(f"{path} holds no weights of omote-train liveportrait ({why})") from error
    write_graphs(networks, folder, is_halved=True, side=READ_PX, files=_OTHERS, progress=lambda _: None)
    try:
        (folder / _MOTION).write_bytes(motion_graph())
    except (OSError, ModelError) as error:
        raise TrainingError(f"{folder / _MOTION} cannot be written ({error})") from error


def networks_of(weights: dict[str, Tensor]) -> LivePortraitNetworks:
    """The networks of a run's weights, ready to compute; the retargeting ones correct nothing, and M has random weights.

    Raises:
        RuntimeError: names or shapes are others.
    """
    pictures, motion = PictureNetworks(), MotionExtractor(NARROW)
    pictures.load_state_dict(weights)
    others = stitching(), eye_retargeting(), lip_retargeting()
    for one in others:
        nn.init.zeros_(one.mlp[-1].weight)
        nn.init.zeros_(one.mlp[-1].bias)
    for part in (pictures, motion, *others):
        part.eval().requires_grad_(False)
    return LivePortraitNetworks(pictures.appearance, motion, pictures.warping, pictures.generator, *others)
