"""Writes narrow networks as the ONNX files of LivePortrait's set, which the engine runs as it runs LivePortrait's own.

export_narrow(Path("runs/narrow"), Path("runs/narrow/onnx"))

The retargeting networks of eyes and lips are left out: they were not trained, and avatars are made without them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from networks.liveportrait.checkpoints import LivePortraitNetworks
from networks.liveportrait.motion import MotionExtractor
from networks.liveportrait.retargeting import eye_retargeting, lip_retargeting, stitching
from training.errors import TrainingError
from training.liveportrait_graphs import write_graphs
from training.loop import DAMAGES, WEIGHTS
from training.narrow_liveportrait.batches import MOTION_PX, READ_PX
from training.narrow_liveportrait.train import NARROW, PictureNetworks

_MOTION: Final = ("motion_extractor.onnx",)
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
    for files, side in ((_MOTION, MOTION_PX), (_OTHERS, READ_PX)):
        write_graphs(networks, folder, is_halved=True, side=side, files=files, progress=lambda _: None)


def networks_of(weights: dict[str, Tensor]) -> LivePortraitNetworks:
    """The networks of a run's weights, ready to compute; the retargeting ones correct nothing.

    Raises:
        RuntimeError: names or shapes are others.
    """
    pictures, motion = PictureNetworks(), MotionExtractor(NARROW)
    for name, network in (("pictures", pictures), ("motion", motion)):
        prefix = f"{name}."
        own = {key.removeprefix(prefix): one for key, one in weights.items() if key.startswith(prefix)}
        network.load_state_dict(own)
    others = stitching(), eye_retargeting(), lip_retargeting()
    for one in others:
        nn.init.zeros_(one.mlp[-1].weight)
        nn.init.zeros_(one.mlp[-1].bias)
    for part in (pictures, motion, *others):
        part.eval().requires_grad_(False)
    return LivePortraitNetworks(pictures.appearance, motion, pictures.warping, pictures.generator, *others)
