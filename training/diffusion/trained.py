"""The transformer of a finished run, and the recipe that it was trained by.

trained = trained_dit(Path("runs/nano"))
pictures = trained.recipe.made(trained.net, examples, steps=4, random=random)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from networks.dit import Dit
from training.diffusion.recipe import DiffusionRecipe
from training.errors import TrainingError
from training.loop import CHECKPOINT, DAMAGES, WEIGHTS
from training.retouch.trained import with_weights


@dataclass(frozen=True, slots=True)
class TrainedDit:
    """A network with the mean weights of its run."""

    net: Dit
    recipe: DiffusionRecipe


def trained_dit(run: Path) -> TrainedDit:
    """Read a run's folder.

    Raises:
        TrainingError: a file is missing, damaged or of another network.
    """
    path = run / CHECKPOINT
    try:
        said = torch.load(path, map_location="cpu", weights_only=True)["settings"]
        recipe = DiffusionRecipe(
            said["config"],
            said["from"],
            said["without"],
            **{name: said[name] for name in ("patch", "codec", "chunk", "window")},
        )
        net = Dit(recipe.design)
    except DAMAGES as error:
        why = str(error).partition("\n")[0]
        raise TrainingError(
            f"{path} does not say what was trained ({why}); expected the folder of a run of omote-train diffusion"
        ) from error
    return TrainedDit(with_weights(net, run / WEIGHTS, "omote-train diffusion").eval(), recipe)
