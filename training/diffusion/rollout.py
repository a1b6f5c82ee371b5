"""Learning from the network's own frames: what a stream sees as its past is then what it was trained with.

    loss, figures = rollout_loss(recipe, net, examples, steps=2, random=random)

Each frame is made by so many steps of the flow, as the engine makes it, and its keys and values of the last step are the
past of the next ones. One step of each frame, chosen at random, is learned from; the others and the past are given.
The truth of every frame is known, so that the loss is the flow's own, and not a critic's or a teacher's.

Source: X. Huang et al., "Self Forcing" (arXiv 2506.08009), algorithm 1: rollout with a cache, gradients of one random step.
"""

from __future__ import annotations

from dataclasses import fields

import torch
from torch import Tensor

from networks.attention import KeysValues
from networks.conditioning import Steering
from networks.dit import Dit, joined, shown_frames
from training.diffusion.examples import ONCE, Examples
from training.diffusion.recipe import DiffusionRecipe, dropped_conditions


def rollout_loss(
    recipe: DiffusionRecipe, net: Dit, examples: Examples, steps: int, random: torch.Generator
) -> tuple[Tensor, dict[str, float]]:
    """The loss of clips and figures for the log.

    Args:
        examples: of whole chunks of frames. steps: of the flow, for each chunk.
        random: in the computer's own memory.
    """
    design, flow = recipe.design, recipe.flow
    noise = torch.randn(examples.draft.shape, generator=random).to(examples.draft)
    thinned = examples.dropped(dropped_conditions(len(noise), random))
    begun = flow.begin(examples.draft, noise)
    learned, times = [], []
    past: KeysValues | None = None
    with torch.autocast(noise.device.type, torch.bfloat16):
        memory = thinned.memory(net)
        for first in range(0, noise.shape[1], design.chunk):
            chunk = frames_of(thinned, first, first + design.chunk)
            steering = Steering(chunk.expression, chunk.emotion, chunk.pose)
            chosen = int(torch.randint(steps, (), generator=random))
            x = begun[:, first : first + design.chunk]
            for step in range(steps):
                now = step / steps
                time = x.new_full(x.shape[:2], now)
                with torch.set_grad_enabled(step == chosen):
                    clean, own = net(x, time, chunk.planes, chunk.maps, steering, memory, past)
                if step == chosen:
                    learned.append(clean.float())
                    times.append(time)
                x = x + (clean.detach().float().clamp(-1.0, 1.0) - x) / (steps - step)
            past = joined(past, KeysValues(own.keys.detach(), own.values.detach()))
            past = shown_frames(past, design)
    return recipe.compared(torch.cat(learned, 1), examples, torch.cat(times, 1))


def frames_of(examples: Examples, first: int, end: int) -> Examples:
    """Some of the examples' frames."""
    return Examples(
        **{
            entry.name: value if entry.name in ONCE else value[:, first:end]
            for entry in fields(Examples)
            for value in (getattr(examples, entry.name),)
        }
    )
