"""Exports a trained form network as the model folder that the runtime reads: ONNX files and `model.toml`.

export_retouch(net, Path("models/retouch"), trained_on="...", hours=8.0)      # omote-train export retouch
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from face.regions import REGIONS
from networks.regions import REGION_PLANES, RegionFields, RegionNets
from networks.retouch import AVATAR, FormFields, FormNet
from networks.retouch_steps import next_step
from runtime.inference.retouch_model import AVATAR_FILE, FORM_FILE, REGIONS_FILE, STEP_FILE
from runtime.inference.retouch_network import BEFORE, RetouchFields
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph


class _Regions(nn.Module):
    """The region networks with plain inputs and outputs."""

    def __init__(self, nets: RegionNets) -> None:
        super().__init__()
        self.nets = nets

    def forward(self, code: Tensor, avatar: Tensor, *crops: Tensor) -> tuple[Tensor, ...]:
        made: list[Tensor] = []
        for number, name in enumerate(REGIONS):
            made += self.nets.region(name)(*crops[2 * number : 2 * number + 2], code, avatar)
        return tuple(made)


class _Form(nn.Module):
    """The network's frame path with its outputs as a plain tuple, which the exporter names."""

    def __init__(self, net: FormNet, *, has_paint: bool) -> None:
        super().__init__()
        self.net = net
        self.has_paint = has_paint

    def forward(self, planes: Tensor, code: Tensor, avatar: Tensor) -> tuple[Tensor, ...]:
        fields: FormFields = self.net(planes, code, avatar)
        return tuple(fields if self.has_paint else fields._replace(mask=torch.zeros_like(fields.mask)))


class _Step(nn.Module):
    """One step of several (`networks.retouch_steps`), with the fields before it among its inputs."""

    def __init__(self, net: FormNet, *, has_paint: bool) -> None:
        super().__init__()
        self.net = net
        self.has_paint = has_paint

    def forward(
        self, planes: Tensor, code: Tensor, avatar: Tensor, left: Tensor, share: Tensor, *before: Tensor
    ) -> tuple[Tensor, ...]:
        first = FormFields(*before, *(torch.zeros(()) for _ in FormFields._fields[len(before) :]))
        fields = next_step(
            lambda seen, left_of_it: self.net(seen, code, avatar, left_of_it), planes, first, left, share
        )
        return tuple(fields if self.has_paint else fields._replace(mask=torch.zeros_like(fields.mask)))


def export_retouch(
    net: FormNet,
    folder: Path,
    *,
    regions: RegionNets | None = None,
    trained_on: str,
    hours: float,
    is_trial: bool = False,
    has_paint: bool = True,
) -> None:
    """Write a network's model folder; files that are there are replaced.

    Args:
        net: the trained network.
        folder: is made if missing.
        regions: the networks of mouth and eyes, trained over `net`; None = without.
        trained_on: the data, in words, for the model card.
        hours: of training.
        is_trial: the runtime uses the network only where it is asked for.
        has_paint: else it only bends, sharpens and relights the draft.

    Raises:
        TrainingError: a file would be larger than the runtime reads.
    """
    net = net.eval()
    planes = torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    graphs = {
        AVATAR_FILE: onnx_graph(net.portrait, (planes,), ["planes"], ["avatar"]),
        FORM_FILE: onnx_graph(
            _Form(net, has_paint=has_paint),
            (planes, torch.zeros(1, CODE), torch.zeros(1, AVATAR)),
            ["planes", "code", "avatar"],
            list(FormFields._fields),
        ),
    }
    if bool(net.behind.weight.any()):  # it has learned more than one step
        graphs[STEP_FILE] = _step_graph(net, has_paint=has_paint)
    if regions is not None:
        graphs[REGIONS_FILE] = _regions_graph(regions.eval())
    numbers = {
        "channels_in": CHANNELS_IN,
        "condition_px": CONDITION_PX,
        "code": CODE,
        "avatar_code": AVATAR,
    }
    write_model_folder(folder, "retouch", graphs, numbers, ModelCard(trained_on, hours, is_trial))


def _step_graph(net: FormNet, *, has_paint: bool) -> bytes:
    planes, code, avatar = (
        torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX),
        torch.zeros(1, CODE),
        torch.zeros(1, AVATAR),
    )
    before = RetouchFields.unchanged()
    given = [torch.from_numpy(getattr(before, name))[None] for name in BEFORE]
    return onnx_graph(
        _Step(net, has_paint=has_paint),
        (planes, code, avatar, torch.ones(1, 1), torch.ones(1, 1), *given),
        ["planes", "code", "avatar", "left", "share", *(f"{name}_before" for name in BEFORE)],
        list(FormFields._fields),
    )


def _regions_graph(nets: RegionNets) -> bytes:
    inputs, crops = ["code", "avatar"], []
    for name, region in REGIONS.items():
        inputs += [f"{name}_crop", f"{name}_planes"]
        crops.append(torch.zeros(1, 4, region.height, region.width))
        crops.append(torch.zeros(1, REGION_PLANES, region.height // 2, region.width // 2))
    outputs = [f"{name}_{part}" for name in REGIONS for part in RegionFields._fields]
    return onnx_graph(_Regions(nets), (torch.zeros(1, CODE), torch.zeros(1, AVATAR), *crops), inputs, outputs)
