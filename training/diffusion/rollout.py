"""Streams of the network's own frames, and learning from them: their past is then what it was trained with.

    pictures = streamed(recipe, net, examples, steps=2, random=random)
    loss, figures = rollout_loss(recipe, net, examples, steps=2, random=random)

Each frame is made by so many steps of the flow, as the engine makes it, and its keys and values of the last step are the
past of the next ones. One step of each frame, chosen at random, is learned from; the others and the past are given.
The truth of every frame is known, so that the loss is the flow's own, and not a critic's or a teacher's.

Source: X. Huang et al., "Self Forcing" (arXiv 2506.08009), algorithm 1: rollout with a cache, gradients of one random step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import Tensor

from networks.attention import KeysValues
from networks.conditioning import Steering
from networks.dit import Dit, joined, shown_frames
from training.diffusion.examples import ONCE, Examples
from training.diffusion.recipe import DiffusionRecipe, dropped_conditions, straightened


def rollout_loss(
    recipe: DiffusionRecipe, net: Dit, examples: Examples, steps: int, random: torch.Generator
) -> tuple[Tensor, dict[str, float]]:
    """The loss of clips and figures for the log.

    Args:
        examples: of whole chunks of frames. steps: of the flow, for each chunk.
        random: in the computer's own memory.
    """
    noise = recipe.flow.noise_like(examples.draft, random)
    thinned = examples.dropped(dropped_conditions(len(noise), random))
    chosen = [int(one) for one in torch.randint(steps, noise.shape[1:2], generator=random)]
    chunk = net.design.chunk
    time = torch.tensor([chosen[frame // chunk * chunk] / steps for frame in range(len(chosen))]).to(noise)
    made = _rolled_out(net, thinned, recipe.flow.begin_to_make(examples.draft, noise), steps, chosen)
    return recipe.compared(made, examples, time.expand(len(noise), -1))


def streamed(
    recipe: DiffusionRecipe, net: Dit, examples: Examples, steps: int, random: torch.Generator
) -> Tensor:
    """Pictures (B, T, 4, S, S), premultiplied, 0..1, made one chunk after the other as a stream.

    Args:
        random: in the computer's own memory. Noise, if there is any, is the same in all frames.
    """
    noise = recipe.flow.noise_like(examples.draft[:, :1], random)
    begun = recipe.flow.begin_to_make(examples.draft, noise)
    with torch.no_grad():
        made = _rolled_out(net, examples, begun, steps, [steps - 1] * begun.shape[1])
    return straightened(made)


def _rolled_out(net: Dit, examples: Examples, begun: Tensor, steps: int, chosen: Sequence[int]) -> Tensor:
    """The clean pictures (B, T, 4, S, S), -1..1, of the chosen step of each chunk: the first of its frames chooses."""
    design, past, found = net.design, None, []
    with torch.autocast(begun.device.type, torch.bfloat16):
        memory = examples.memory(net)
        for first in range(0, begun.shape[1], design.chunk):
            chunk = frames_of(examples, first, first + design.chunk)
            steering = Steering(chunk.expression, chunk.emotion, chunk.pose)
            x = begun[:, first : first + design.chunk]
            for step in range(steps):
                time = x.new_full(x.shape[:2], step / steps)
                with torch.set_grad_enabled(torch.is_grad_enabled() and step == chosen[first]):
                    clean, own = net(x, time, chunk.planes, chunk.maps, steering, memory, past)
                if step == chosen[first]:
                    found.append(clean.float())
                x = x + (clean.detach().float().clamp(-1.0, 1.0) - x) / (steps - step)
            past = shown_frames(joined(past, KeysValues(own.keys.detach(), own.values.detach())), design)
    return torch.cat(found, 1)


def frames_of(examples: Examples, first: int, end: int) -> Examples:
    """Some of the examples' frames."""
    return Examples(
        **{
            entry.name: value if entry.name in ONCE else value[:, first:end]
            for entry in fields(Examples)
            for value in (getattr(examples, entry.name),)
        }
    )
