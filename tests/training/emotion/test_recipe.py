from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from networks.emotion_filter import Form
from training.emotion.recipe import PARTS, RECIPE, EmotionRecipe, read_recipe, write_recipe
from training.errors import TrainingError


@pytest.mark.parametrize("without", ["", *PARTS])
def test_a_recipe_is_kept_with_its_run_and_leaves_out_one_part(tmp_path: Path, without: str) -> None:
    write_recipe(EmotionRecipe(without), tmp_path / "run")
    recipe = read_recipe(tmp_path / "run")
    assert recipe == EmotionRecipe(without)
    whole = EmotionRecipe()
    changed = [
        name
        for name in ("has_labels", "has_composite", "slow_s", "kl", "adversary")
        if getattr(recipe, name) != getattr(whole, name)
    ]
    changed += ["design"] if recipe.design != whole.design else []
    expected = {
        "": [], "bottleneck": ["kl", "design"], "kl": ["kl"], "adversary": ["adversary"],
        "composite": ["has_composite"], "slow": ["slow_s"],
        "split": ["design"], "labels": ["has_labels", "kl", "adversary", "design"],
    }  # fmt: skip
    assert changed == expected[without]


def test_without_labels_no_shape_passes_beside_the_bottleneck() -> None:
    assert EmotionRecipe("labels").design.form is Form.DECODED


@pytest.mark.parametrize("text", ["", "[]", '{"without": "sleep"}', "{}"])
def test_folders_of_other_things_are_refused(tmp_path: Path, text: str) -> None:
    if text:
        (tmp_path / RECIPE).write_text(text)
    with pytest.raises(TrainingError, match=r"recipe|no run"):
        read_recipe(tmp_path)
