"""EmotionNets: the filter and the composite layer of a recipe, as one module; and applying them to whole takes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from face.lips_held import LipsHeld
from face.lips_kept import LipsKept
from networks.composite import AnchoredComposite, CompositeNet, PlainComposite
from networks.emotion_filter import EmotionFilterNet, HolisticEncoder
from training.emotion.movers import RATE_HZ
from training.emotion.recipe import EmotionRecipe
from training.emotion.takes import histories

Floats = NDArray[np.float32]

_AT_ONCE = 4096


class EmotionNets(nn.Module):
    """Learn together."""

    def __init__(self, recipe: EmotionRecipe) -> None:
        super().__init__()
        self.filter = EmotionFilterNet(recipe.design)
        self.composite = CompositeNet() if recipe.has_composite else PlainComposite()


def filter_takes(net: EmotionFilterNet, seen: Floats) -> Floats:
    """What the filter makes of takes (M, T, 52)."""
    out = np.empty_like(seen)
    frames = np.arange(seen.shape[1])
    with torch.no_grad():
        for number in range(len(seen)):
            history = histories(seen, np.full(len(frames), number), frames)
            out[number] = net(torch.from_numpy(history)).expression.numpy()
    return out


def filter_as_shipped(net: EmotionFilterNet, seen: Floats) -> Floats:
    """What the runtime makes of takes (M, T, 52): the filter's, and quick motion of lips kept."""
    out = filter_takes(net, seen)
    for tracked, made in zip(seen, out, strict=True):
        kept = LipsKept()
        for frame, filtered in zip(tracked, made, strict=True):
            kept(frame, filtered, 1.0 / RATE_HZ)
    return out


def compose_takes(net: nn.Module, basic: Floats, codes: Floats) -> Floats:
    """What a composite makes of takes (M, T, 52) and emotions (M, T, EMOTION_CODE); an anchored one's are (M, T, 52)."""
    flat, given = (torch.from_numpy(one.reshape(-1, one.shape[-1])) for one in (basic, codes))
    with torch.no_grad():
        pairs = zip(flat.split(_AT_ONCE), given.split(_AT_ONCE), strict=True)
        made: Floats = torch.cat([net(*pair) for pair in pairs]).numpy().reshape(basic.shape)
    return made


def compose_as_shipped(net: AnchoredComposite, basic: Floats, wanted: Floats) -> Floats:
    """What the runtime makes of takes (M, T, 52) and expressions of emotions (M, T, 52): lips that meet part slowly."""
    out = compose_takes(net, basic, wanted)
    for spoken, made in zip(basic, out, strict=True):
        held = LipsHeld()
        for frame, composed in zip(spoken, made, strict=True):
            held(frame, composed, 1.0 / RATE_HZ)
    return out


def emotion_codes(encoder: HolisticEncoder, expressions: Floats, *, slow_s: float) -> Floats:
    """The emotion of every frame (M, T, EMOTION_CODE) of takes (M, T, 52).

    Args:
        slow_s: time constant of the mean of the frames' codes; 0 = each frame's own code.
    """
    with torch.no_grad():
        codes: Floats = encoder(torch.from_numpy(expressions)).numpy()
    if slow_s > 0.0:
        share = np.float32(min(1.0 / RATE_HZ / slow_s, 1.0))
        for number in range(1, codes.shape[1]):
            codes[:, number] = codes[:, number - 1] + (codes[:, number] - codes[:, number - 1]) * share
    return codes
