from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from PIL import Image

from networks.parsing import ParsingLogits
from tests.made_portraits import made_portrait
from training.parsing.judging import held_out_batches, judged, write_samples
from training.parsing.losses import soft_parts
from training.parsing.person_portraits import write_portraits
from vision.portrait_parts import INPUT_PX


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("people") / "p000001"
    write_portraits([made_portrait(seed) for seed in range(4)], made)
    return made


def test_the_truth_is_perfect_and_half_of_it_is_half(folder: Path) -> None:
    batches = held_out_batches([folder])
    truth = [ParsingLogits(40 * soft_parts(one), 80 * (one.alpha - 0.5)) for one in batches]
    found = judged(truth, batches)
    assert found["person_iou"] == 1.0
    assert found["clothes_iou"] == 1.0
    assert found["alpha_mae"] < 5.0
    for one in truth:
        one.alpha[...] = -80.0
    missed = judged(truth, batches)
    assert missed["person_iou"] == 0.0
    share = float(torch.cat([one.alpha.mean((1, 2, 3)) for one in batches]).mean())
    assert missed["alpha_mae"] == pytest.approx(1000 * share, rel=1e-3)


def test_the_same_examples_are_judged_every_time(folder: Path) -> None:
    one, other = (held_out_batches([folder]) for _ in range(2))
    assert all(torch.equal(a.planes, b.planes) for a, b in zip(one, other, strict=True))


def test_samples_show_two_examples_a_row(folder: Path, tmp_path: Path) -> None:
    batches = held_out_batches([folder])
    made = [ParsingLogits(soft_parts(one), one.alpha) for one in batches]
    write_samples(made, batches, tmp_path / "samples.jpg")
    with Image.open(tmp_path / "samples.jpg") as sheet:
        assert sheet.size == (2 * 5 * INPUT_PX, 2 * INPUT_PX)
