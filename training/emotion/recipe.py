"""EmotionRecipe: what a run of the emotion filter learns, and the ablations that leave a part out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from networks.emotion_filter import FilterDesign, Form
from training.errors import TrainingError

RECIPE: Final = "recipe.json"
#: What can be left out. "labels" is the paper's way: the filter learns from tracked expressions alone.
PARTS: Final = ("bottleneck", "kl", "adversary", "composite", "slow", "split", "labels")
#: Time constant of the mean that is the emotion, seconds.
SLOW_S: Final = 1.0
#: Weight of the adversary's part of the loss.
ADVERSARY: Final = 0.01


@dataclass(frozen=True, slots=True)
class EmotionRecipe:
    """A recipe, and what follows from it.

    Attributes:
        without: of PARTS; "" = nothing is left out.
        encoder_steps: for which the holistic encoder learns.
    """

    without: str = ""
    encoder_steps: int = 2000

    @property
    def has_labels(self) -> bool:
        """Learn from what was spoken; else from the tracked expression alone."""
        return self.without != "labels"

    @property
    def kl(self) -> float:
        """Weight of the bottleneck's divergence."""
        return {"labels": 1e-2, "kl": 0.0, "bottleneck": 0.0}.get(self.without, 1e-3)

    @property
    def adversary(self) -> float:
        """Weight of what an adversary finds of the removed emotion; 0 = there is none."""
        return 0.0 if self.without in ("adversary", "labels") else ADVERSARY

    @property
    def design(self) -> FilterDesign:
        """Of the filter. Without labels the decoder draws the shapes, or emotion would pass beside the code."""
        return FilterDesign(
            form=Form.KEPT if self.has_labels else Form.DECODED,
            has_bottleneck=self.without != "bottleneck",
            is_split=self.without != "split",
        )

    @property
    def has_composite(self) -> bool:
        """Compose by attention; else by two layers that do not see the expression."""
        return self.without != "composite"

    @property
    def slow_s(self) -> float:
        """Time constant of the emotion, seconds; 0 = that of the same frame."""
        return 0.0 if self.without == "slow" else SLOW_S


def write_recipe(recipe: EmotionRecipe, run: Path) -> None:
    """Write the recipe into a run's folder."""
    run.mkdir(parents=True, exist_ok=True)
    (run / RECIPE).write_text(json.dumps({"without": recipe.without}) + "\n", encoding="utf-8")


def read_recipe(run: Path) -> EmotionRecipe:
    """The recipe of a run.

    Raises:
        TrainingError: the folder holds no run of omote-train emotion.
    """
    try:
        without = json.loads((run / RECIPE).read_text(encoding="utf-8"))["without"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TrainingError(
            f"{run} is no run of omote-train emotion ({error}); name a run's folder"
        ) from error
    if without not in ("", *PARTS):
        raise TrainingError(f"{run / RECIPE}: without is {without!r:.80}, expected one of {', '.join(PARTS)}")
    return EmotionRecipe(without)
