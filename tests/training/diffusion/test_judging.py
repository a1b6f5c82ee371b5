from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from PIL import Image

from networks.dit import Dit
from networks.dit_design import CONFIGS
from tests.made_pairs import made_pairs
from tests.networks.dits import small_design
from training.diffusion.judging import held_out_rows, judged, write_samples
from training.diffusion.recipe import DiffusionRecipe
from training.pairs.person_pairs import write_pairs
from training.retouch.batches import Batch


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Batch, ...]]:
    monkeypatch.setitem(CONFIGS, "pico", small_design(side=64))
    folders = [tmp_path / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(folders):
        write_pairs(made_pairs(identity, 4, light=0.8), folder)
    return held_out_rows(folders, 2)


def test_the_portraits_own_motion_is_left_out(clips: list[tuple[Batch, ...]]) -> None:
    ((batch,),) = clips
    assert len(batch.draft) == 4
    assert not any(torch.equal(*pair) for pair in zip(batch.code, batch.portrait_code, strict=True))


def test_a_network_that_returns_the_draft_gains_nothing(clips: list[tuple[Batch, ...]]) -> None:
    recipe = DiffusionRecipe("pico", "bridge")
    found = judged(Dit(recipe.design), recipe, clips, (1, 3))
    assert {name for name in found if name[-1].isdigit()} == {
        "face_gain_db_1", "sharp_1", "face_gain_db_3", "sharp_3",
    }  # fmt: skip
    assert found["face_gain_db_1"] == pytest.approx(0.0, abs=0.1)  # the network computes in bfloat16
    assert found["sharp_1"] == pytest.approx(found["draft_sharp"], abs=0.02)
    assert found["face_gain_db_3"] == pytest.approx(0.0, abs=0.1)
    # the truth is the draft in a light of 0.8
    assert found["draft_sharp"] == pytest.approx(1 / 0.8**2, abs=0.05)


@pytest.mark.parametrize("light", [1.0, 0.5])
def test_what_changes_otherwise_than_the_truth_is_flicker(
    light: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CONFIGS, "pico", small_design(side=64))
    person = made_pairs(3, 7, light=light)
    write_pairs(person, tmp_path / "p000003")
    clips = held_out_rows([tmp_path / "p000003"], 2, frames=3)
    assert [len(clip) for clip in clips] == [3]
    recipe = DiffusionRecipe("pico", "bridge")
    found = judged(Dit(recipe.design), recipe, clips, (1,))
    # heads of other colours in every frame: at half the light, half of each change is missing
    colours = person.draft[1:, 70:186, 70:186, :3].astype(float)
    changes = np.abs(np.diff(colours.reshape(2, 3, -1), axis=1)).mean()
    assert found["draft_flicker"] == pytest.approx((1 - light) * changes, rel=0.15, abs=0.1)
    assert found["flicker_1"] == pytest.approx(found["draft_flicker"], abs=0.6)


def test_a_sheet_shows_draft_and_truth_at_its_sides(clips: list[tuple[Batch, ...]], tmp_path: Path) -> None:
    recipe = DiffusionRecipe("pico", "bridge")
    write_samples(Dit(recipe.design), recipe, clips[0], tmp_path / "sheet.png", (1, 2))
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"), float)
    assert sheet.shape == (4 * 128, 4 * 128, 3)
    middle = sheet[40:88].reshape(48, 4, 128, 3)[:, :, 40:88].mean((0, 2, 3))
    assert middle[1] == pytest.approx(middle[0], abs=1.5)
    assert middle[3] == pytest.approx(0.8 * middle[0], rel=0.03)
