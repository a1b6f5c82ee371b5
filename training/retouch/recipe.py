"""FormRecipe: how a run of the form network uses its parts, and the ablations that leave one out.

    fields = FormRecipe(without="normals").fields(net, batch)

What is left out is 0 or unchanged for the whole run, so that every ablation has as many parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from face.conditions import EMOTION, EXPRESSION, GAZE, HEAD, POSE
from networks.retouch import FormFields, FormNet
from networks.retouch_steps import fields_in_steps, next_step, part_of
from training.retouch.batches import Batch

_PLANES: Final = {"normals": slice(4, 7), "portrait": slice(7, 11), "labels": slice(11, None)}
_CODES: Final = {"expression": (EXPRESSION, GAZE, EMOTION), "pose": (POSE, HEAD)}
#: While a network learns, the avatar's code is this noisy (standard deviation) and this often 0. Else it tells the people
#: of the data apart, and how badly each of their heads is fitted is learned by heart.
_NOISE: Final = 0.15
_DROPPED: Final = 0.33


@dataclass(frozen=True, slots=True)
class FormRecipe:
    """A recipe.

    Attributes:
        without: of `training.retouch.parts.PARTS`, several with commas between them; "" = nothing is left out.
    """

    without: str = ""

    @property
    def left_out(self) -> frozenset[str]:
        """The parts in `without`."""
        return frozenset(self.without.split(",")) - {""}

    @property
    def has_critic(self) -> bool:
        """A critic is heard about what is painted."""
        return not self.left_out & {"critic", "paint"}

    @property
    def has_steps(self) -> bool:
        """Some batches teach steps after the first."""
        return "steps" not in self.left_out

    def fields(
        self,
        net: FormNet,
        batch: Batch,
        random: torch.Generator | None = None,
        *,
        steps: int = 1,
        left: Tensor | None = None,
    ) -> FormFields:
        """The network's fields of a batch, computed in bfloat16 and returned in float32.

        Args:
            random: disturbs the avatar's code, for learning; on the computer's own memory.
            steps: see `networks.retouch_steps`.
            left: (B, 1) 0..1, to learn later steps: the network first goes all of the way but this share by itself, which
                teaches it nothing, and then the last step. None = the `steps` of use.
        """
        planes, portrait, code = batch.planes, batch.portrait_planes, batch.code
        left_out = self.left_out
        for part in left_out & _PLANES.keys():
            planes, portrait = planes.clone(), portrait.clone()
            planes[:, _PLANES[part]] = 0.0
            portrait[:, _PLANES[part]] = 0.0
        for part in left_out & _CODES.keys():
            code = code.clone()
            for place in _CODES[part]:
                code[:, place] = 0.0
        device = planes.device.type
        with torch.autocast(device, torch.bfloat16):
            avatar = net.avatar(portrait)
            if "avatar" in left_out:
                avatar = torch.zeros_like(avatar)
            elif random is not None:
                avatar = _disturbed(avatar, random)

        def ask(seen: Tensor, before_it: Tensor | None) -> FormFields:
            with torch.autocast(device, torch.bfloat16):
                made = net(seen.contiguous(memory_format=torch.channels_last), code, avatar, before_it)
            floats: list[Tensor] = [field.float() for field in made]
            return self._left_out(FormFields(*floats))

        if left is None:
            return fields_in_steps(ask, planes, steps)
        with torch.no_grad():
            first = part_of(ask(planes, None), 1.0 - left)
        return next_step(ask, planes, first, left, torch.ones_like(left))

    def _left_out(self, fields: FormFields) -> FormFields:
        """Fields without those that the recipe leaves out."""
        still = {
            "flow": {"flow": torch.zeros_like(fields.flow)},
            "light": {"gain": torch.ones_like(fields.gain), "bias": torch.zeros_like(fields.bias)},
            "detail": {"detail": torch.zeros_like(fields.detail)},
            "paint": {"mask": torch.zeros_like(fields.mask)},
        }
        for part in self.left_out & still.keys():
            fields = fields._replace(**still[part])
        return fields


#: Nothing is left out.
WHOLE: Final = FormRecipe()


def _disturbed(code: Tensor, random: torch.Generator) -> Tensor:
    """An avatar's codes (B, AVATAR), noisy, some of them 0."""
    noise = _NOISE * torch.randn(code.shape, generator=random)
    is_kept = torch.rand((len(code), 1), generator=random) >= _DROPPED
    return (code + noise.to(code)) * is_kept.to(code)
