"""Examples for the diffusion transformer, made of the same pairs that the retouch network learns from.

    example = examples_of(batch, design)                 # one frame of each pair
    thinned = example.dropped(["all", "", "expression"])   # for guidance

A pair is one moment: T = 1. `training.diffusion.batches` joins the frames of a clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from face.ray_maps import pose_maps
from face.steering import steering_of
from networks.attention import KeysValues
from networks.conditioning import Steering
from networks.dit import Dit
from networks.dit_design import DitDesign
from training.retouch.batches import Batch

#: A pixel of the face weighs 1 + this. PortraitDirector has 50, where a face is a small part of a picture; here it is a
#: third of it.
FACE_LAMBDA: Final = 4.0
#: What an example has once, whatever its frames.
ONCE: Final = ("portrait_planes", "portrait_maps")
#: What `dropped` leaves out of an example.
DROPS: Final = ("", "expression", "all")


@dataclass(frozen=True, slots=True)
class Examples:
    """B examples of T frames; S = side, g = grid of the design.

    Attributes:
        draft, truth: (B, T, 4, S, S) premultiplied, -1..1.
        planes, maps: (B, T, CHANNELS_IN, S, S), (B, T, MAPS, g, g). expression, emotion, pose: as of `Steering`.
        portrait_planes, portrait_maps: (B, CHANNELS_IN, S, S), (B, MAPS, g, g).
        face: (B, T, 1, S, S) 0..1.
    """

    draft: Tensor
    truth: Tensor
    planes: Tensor
    maps: Tensor
    expression: Tensor
    emotion: Tensor
    pose: Tensor
    portrait_planes: Tensor
    portrait_maps: Tensor
    face: Tensor

    def to(self, device: torch.device) -> Examples:
        """The examples on a device."""
        return Examples(**{entry.name: getattr(self, entry.name).to(device) for entry in fields(self)})

    def dropped(self, drops: Sequence[str]) -> Examples:
        """With conditions of some examples set to "not given", which is 0; DROPS, one for each example.

        What the output is added to is a condition as well and goes with "all"; `draft`, where a bridge begins, stays.
        """
        kept = torch.tensor([drop != "all" for drop in drops], device=self.draft.device)
        expressed = torch.tensor([drop == "" for drop in drops], device=self.draft.device)

        def where(keep: Tensor, value: Tensor) -> Tensor:
            return torch.where(keep.view(-1, *(1,) * (value.dim() - 1)), value, 0.0)

        return replace(
            self,
            planes=where(kept, self.planes),
            maps=where(kept, self.maps),
            pose=where(kept, self.pose),
            portrait_planes=where(kept, self.portrait_planes),
            portrait_maps=where(kept, self.portrait_maps),
            expression=where(expressed, self.expression),
            emotion=where(expressed, self.emotion),
        )

    def memory(self, net: Dit) -> KeysValues | None:
        """The portraits' keys and values."""
        return net.remember(self.portrait_planes, self.portrait_maps)

    def clean(self, net: Dit, noisy: Tensor, time: Tensor, memory: KeysValues | None) -> Tensor:
        """The network's clean pictures (B, T, 4, S, S) of noisy ones at times (B, T), in float32."""
        steering = Steering(self.expression, self.emotion, self.pose)
        return net(noisy, time, self.planes, self.maps, steering, memory)[0].float()


def examples_of(batch: Batch, design: DitDesign) -> Examples:
    """Examples of one frame, of pairs."""
    code = batch.code
    codes = zip(code.numpy(), batch.portrait_code.numpy(), strict=True)
    maps, portrait_maps = (
        torch.from_numpy(np.stack(made))
        for made in zip(
            *(
                (pose_maps(one, portrait, design.grid), pose_maps(portrait, portrait, design.grid))
                for one, portrait in codes
            ),
            strict=True,
        )
    )
    expression, emotion, pose = (torch.from_numpy(one)[:, None] for one in steering_of(code.numpy()))
    return Examples(
        draft=2.0 * _small(batch.draft, design)[:, None] - 1.0,
        truth=2.0 * _small(batch.truth, design)[:, None] - 1.0,
        planes=_small(batch.planes, design)[:, None],
        maps=maps[:, None],
        expression=expression,
        emotion=emotion,
        pose=pose,
        portrait_planes=_small(batch.portrait_planes, design),
        portrait_maps=portrait_maps,
        face=_small(batch.face, design)[:, None],
    )


def _small(pictures: Tensor, design: DitDesign) -> Tensor:
    """Pictures (B, C, s, s) at the design's side, which divides theirs."""
    assert pictures.shape[-1] % design.side == 0, (pictures.shape, design.side)
    return functional.avg_pool2d(pictures, pictures.shape[-1] // design.side)
