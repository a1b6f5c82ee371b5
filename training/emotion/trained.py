"""EmotionRun: the trained networks of a run, for measuring and exporting.

kept = read_run(Path("runs/emotion"))
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from networks.emotion_filter import HolisticEncoder
from training.emotion.nets import EmotionNets
from training.emotion.recipe import EmotionRecipe, read_recipe
from training.errors import TrainingError
from training.loop import DAMAGES, WEIGHTS

ENCODER = "encoder.pt"


@dataclass(frozen=True, slots=True, eq=False)
class EmotionRun:
    """What a run has learned; everything in evaluation mode."""

    recipe: EmotionRecipe
    nets: EmotionNets
    encoder: HolisticEncoder


def read_run(run: Path) -> EmotionRun:
    """Read a run.

    Raises:
        TrainingError: it is none of omote-train emotion, or a file is missing or damaged.
    """
    recipe = read_recipe(run)
    nets, encoder = EmotionNets(recipe), HolisticEncoder()
    try:
        nets.load_state_dict(torch.load(run / WEIGHTS, map_location="cpu", weights_only=True))
        encoder.load_state_dict(torch.load(run / ENCODER, map_location="cpu", weights_only=True))
    except DAMAGES as error:
        why = str(error).partition("\n")[0]
        raise TrainingError(
            f"{run} has no usable weights ({why}); train some with: omote-train emotion -o {run}"
        ) from error
    return EmotionRun(recipe, nets.eval(), encoder.eval())
