from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.dit import Dit
from networks.dit_design import CONFIGS
from tests.networks.dits import random_dit, small_design
from training.diffusion.recipe import DiffusionRecipe
from training.diffusion.trained import trained_dit
from training.errors import TrainingError
from training.loop import CHECKPOINT, WEIGHTS


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run's folder of a network without rays, of another patch than its config."""
    monkeypatch.setitem(CONFIGS, "pico", small_design())
    recipe = DiffusionRecipe("pico", "noise", "rays", patch=4)
    torch.save(random_dit(recipe.design).state_dict(), tmp_path / WEIGHTS)
    torch.save({"settings": recipe.settings()}, tmp_path / CHECKPOINT)
    return tmp_path


def test_a_network_comes_back_with_its_recipe(run: Path) -> None:
    found = trained_dit(run)
    assert (found.recipe.begin, found.recipe.design.patch) == ("noise", 4)
    assert found.recipe.design.without == frozenset({"rays"})
    wanted = random_dit(found.recipe.design).state_dict()
    assert all(torch.equal(value, wanted[name]) for name, value in found.net.state_dict().items())
    assert not found.net.training


@pytest.mark.parametrize("damage", ["missing", "another network's", "another's weights"])
def test_what_is_no_such_run_is_refused(run: Path, damage: str) -> None:
    if damage == "missing":
        (run / CHECKPOINT).unlink()
    elif damage == "another network's":
        torch.save({"net": {}}, run / CHECKPOINT)
    else:
        torch.save(Dit(small_design()).state_dict(), run / WEIGHTS)
    with pytest.raises(TrainingError, match="expected the folder of a run of omote-train diffusion"):
        trained_dit(run)
