"""LivePortrait's networks as ONNX files, under the names and with the inputs and outputs of the ONNX set in circulation.

    write_graphs(load_networks(files), folder, progress=print)

Reading a volume at any places, which ONNX Runtime's GPU kernels and OpenVINO lack, becomes gathers with int32 indices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from networks.liveportrait.checkpoints import LivePortraitNetworks
from networks.liveportrait.generator import SpadeGenerator
from networks.liveportrait.motion import MotionExtractor, MotionOutput
from networks.liveportrait.volume_sampling import read_at_gathered
from networks.liveportrait.warping import WarpingNetwork
from training.errors import TrainingError
from training.onnx_graph import onnx_graph

PICTURE_PX: Final = 256
#: Files in the order in which they are written; the largest last.
GRAPHS: Final = (
    "stitching.onnx",
    "stitching_eye.onnx",
    "stitching_lip.onnx",
    "appearance_feature_extractor.onnx",
    "motion_extractor.onnx",
    "warping_spade.onnx",
)


class WarpedPicture(nn.Module):
    """W, then G, as one graph; the frame's keypoints come before the portrait's."""

    def __init__(self, warping: WarpingNetwork, generator: SpadeGenerator) -> None:
        super().__init__()
        self.warping, self.generator = warping, generator

    def forward(self, feature_3d: Tensor, kp_driving: Tensor, kp_source: Tensor) -> Tensor:
        """(B, C, D, H, W), (B, K, 3), (B, K, 3) -> (B, 3, 512, 512)."""
        made: Tensor = self.generator(self.warping(feature_3d, kp_driving, kp_source).out)
        return made


class _PlainMotion(nn.Module):
    def __init__(self, motion: MotionExtractor) -> None:
        super().__init__()
        self.motion = motion

    def forward(self, img: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.motion(img))


@contextmanager
def _gathering(warping: WarpingNetwork) -> Iterator[None]:
    """W without the operator that some providers lack."""
    before, warping.reader = warping.reader, read_at_gathered
    try:
        yield
    finally:
        warping.reader = before


def graph_of(
    file: str, networks: LivePortraitNetworks, *, side: int = PICTURE_PX, is_halved: bool = False
) -> bytes:
    """One ONNX graph: warping_spade.onnx for any number of avatars at once, the others for one.

    Args:
        file: of GRAPHS.
        side: of F's and M's pictures, pixels.
        is_halved: store weights as float16, half as large; see `training.onnx_graph`.
    """
    picture = torch.zeros(1, 3, side, side)

    def graph(
        module: nn.Module,
        example: tuple[Tensor, ...],
        inputs: list[str],
        outputs: list[str],
        *,
        is_batched: bool = False,
    ) -> bytes:
        # The exporter puts a module back into the state it found; a new one is in training, with all its parts.
        return onnx_graph(module.eval(), example, inputs, outputs, is_halved=is_halved, is_batched=is_batched)

    if file == "motion_extractor.onnx":
        return graph(_PlainMotion(networks.motion), (picture,), ["img"], list(MotionOutput._fields))
    if file == "appearance_feature_extractor.onnx":
        return graph(networks.appearance, (picture,), ["img"], ["output"])
    if file == "warping_spade.onnx":
        with torch.no_grad(), _gathering(networks.warping):
            volume = torch.zeros_like(networks.appearance(picture))
            keypoints = torch.zeros(1, networks.warping.dense_motion_network.keypoints, 3)
            return graph(
                WarpedPicture(networks.warping, networks.generator),
                (volume, keypoints, keypoints.clone()),  # one tensor twice would become one input
                ["feature_3d", "kp_driving", "kp_source"],
                ["out"],
                is_batched=True,
            )
    network = {
        "stitching.onnx": networks.stitching,
        "stitching_eye.onnx": networks.eye,
        "stitching_lip.onnx": networks.lip,
    }[file]
    return graph(network, (torch.zeros(1, network.mlp[0].in_features),), ["input"], ["output"])


def write_graphs(
    networks: LivePortraitNetworks,
    folder: Path,
    *,
    is_halved: bool = False,
    side: int = PICTURE_PX,
    files: tuple[str, ...] = GRAPHS,
    progress: Callable[[str], None],
) -> None:
    """Write all files; one that is there is replaced when its successor is complete.

    Args:
        folder: is made if missing.
        files: which of GRAPHS.
        progress: called with the name of each file as it begins.

    Raises:
        TrainingError: a file cannot be written.
    """
    for file in files:
        progress(file)
        data = graph_of(file, networks, side=side, is_halved=is_halved)
        part = folder / f"{file}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(folder / file)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise TrainingError(f"{folder / file} cannot be written ({error.strerror or error})") from error
