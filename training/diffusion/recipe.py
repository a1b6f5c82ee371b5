"""DiffusionRecipe: how a run of the diffusion transformer learns: its design, where its flow begins, and its loss.

    recipe = DiffusionRecipe("nano", "bridge")
    loss = recipe.loss(net, examples, random)

Noise, times and dropped conditions follow from the generator alone, so that a resumed run learns the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import torch
from torch import Tensor

from networks.dit import Dit
from networks.dit_design import CONFIGS, DitDesign
from networks.flow import FLOWS, Flow, Predict, sample
from networks.guidance import NONE, Guidance
from training.diffusion.examples import DROPS, FACE_LAMBDA, Examples
from training.errors import TrainingError

#: Shares of the examples that learn without an expression, and without any condition, for guidance.
_NO_EXPRESSION: Final = 0.1
_NO_CONDITION: Final = 0.05


@dataclass(frozen=True, slots=True)
class DiffusionRecipe:
    """A recipe.

    Attributes:
        config: of CONFIGS. flow: of FLOWS.
        without: of PARTS; "" = nothing is left out.
        patch: of a token, pixels; 0 = the config's. codec: of CODECS; "" = the config's.
        chunk, window: as of `DitDesign`; 0 = the config's.
    """

    config: str = "nano"
    begin: str = "bridge"
    without: str = ""
    patch: int = 0
    codec: str = ""
    chunk: int = 0
    window: int = 0

    def __post_init__(self) -> None:
        if self.without == "draft" and self.flow.from_draft:
            raise TrainingError(
                "a bridge begins at the draft; got --without draft, expected --from noise with it"
            )

    @property
    def design(self) -> DitDesign:
        """Of the network."""
        design = CONFIGS[self.config]
        return replace(
            design,
            flow=self.begin,
            without=frozenset({self.without} - {""}),
            patch=self.patch or design.patch,
            codec=self.codec or design.codec,
            chunk=self.chunk or design.chunk,
            window=self.window or design.window,
        )

    @property
    def flow(self) -> Flow:
        """From its beginning to the clean picture."""
        return FLOWS[self.begin]

    def settings(self) -> dict[str, Any]:
        """What a run is of, for its checkpoint."""
        return {
            "config": self.config, "from": self.begin, "without": self.without,
            "patch": self.design.patch, "codec": self.design.codec,
            "chunk": self.design.chunk, "window": self.design.window,
        }  # fmt: skip

    def loss(self, net: Dit, examples: Examples, random: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """The loss of a batch and figures for the log.

        The squared error of the velocity, by pixels weighted 1 + lambda M (PortraitDirector).

        Args:
            random: in the computer's own memory.
        """
        draft, truth = examples.draft, examples.truth
        noise = self.flow.noise_like(draft, random)
        time = self.flow.times(torch.randn(draft.shape[:2], generator=random)).to(draft)
        noisy = self.flow.at(self.flow.begin(draft, noise), truth, time)
        thinned = examples.dropped(dropped_conditions(len(draft), random))
        with torch.autocast(draft.device.type, torch.bfloat16):
            made = thinned.clean(net, noisy, time, thinned.memory(net))
        return self.compared(made, examples, time)

    def compared(self, made: Tensor, examples: Examples, time: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The loss of clean pictures (B, T, 4, S, S) made of noisy ones at times (B, T), and figures for the log."""
        pixels = 1.0 + FACE_LAMBDA * examples.face
        squared = ((made - examples.truth).square() * pixels).mean((2, 3, 4)) / pixels.mean((2, 3, 4))
        loss = (self.flow.weight(time) * squared).mean()
        return loss, {"velocity": float(loss.detach()), "clean": float(squared.detach().mean())}

    def made(
        self,
        net: Dit,
        examples: Examples,
        steps: int,
        random: torch.Generator,
        guidance: Guidance = NONE,
    ) -> Tensor:
        """Pictures (B, T, 4, S, S), premultiplied, 0..1, by so many steps of the flow.

        Args:
            random: in the computer's own memory.
        """
        noise = self.flow.noise_like(examples.draft, random)
        with torch.no_grad(), torch.autocast(noise.device.type, torch.bfloat16):
            predictions = {drop: _prediction(net, examples.dropped([drop] * len(noise))) for drop in DROPS}
            guided = guidance.guided(predictions)
            # there are no colours beyond: the flow from noise runs away without the limits
            made = sample(
                lambda noisy, time: guided(noisy, time).clamp(-1.0, 1.0),
                self.flow.begin_to_make(examples.draft, noise),
                steps,
            )
        return straightened(made)


def dropped_conditions(count: int, random: torch.Generator) -> list[str]:
    """What each of `count` examples is learned without, of DROPS."""
    return [
        "all" if chance < _NO_CONDITION else "expression" if chance < _NO_CONDITION + _NO_EXPRESSION else ""
        for chance in torch.rand(count, generator=random).tolist()
    ]


def _prediction(net: Dit, examples: Examples) -> Predict:
    """The network's, with these conditions; portraits are seen at its first use."""
    memory = cache(lambda: examples.memory(net))

    def predict(noisy: Tensor, time: float) -> Tensor:
        return examples.clean(net, noisy, noisy.new_full(noisy.shape[:2], time), memory())

    return predict


def straightened(pictures: Tensor) -> Tensor:
    """Pictures (..., 4, S, S) of -1..1 as premultiplied ones of 0..1: no colour is above its alpha."""
    shown = (0.5 * (pictures + 1.0)).clamp(0.0, 1.0)
    colour, alpha = shown[..., :3, :, :], shown[..., 3:, :, :]
    return torch.cat([torch.minimum(colour, alpha), alpha], -3)
