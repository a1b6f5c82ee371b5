from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_portraits import made_portrait
from training.errors import TrainingError
from training.parsing.batches import Examples, ParsingBatches
from training.parsing.person_portraits import write_portraits
from vision.portrait_parts import INPUT_PLANES, INPUT_PX


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("people") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_portraits([made_portrait(10 * identity + number) for number in range(2)], folder)
    return made


def test_batches_follow_from_seed_and_number(folders: list[Path]) -> None:
    with ParsingBatches(folders, batch=3, seed=4) as batches:
        first, second = batches.next(), batches.next()
    with ParsingBatches(folders, batch=3, seed=4, begin=1) as batches:
        again = batches.next()
    assert first.planes.shape == (3, INPUT_PLANES, INPUT_PX, INPUT_PX)
    assert first.alpha.shape == (3, 1, INPUT_PX, INPUT_PX)
    assert torch.equal(second.planes, again.planes)
    assert torch.equal(second.part, again.part)
    assert not torch.equal(first.planes, second.planes)


def test_every_portrait_can_be_reached_by_its_number(folders: list[Path]) -> None:
    examples = Examples(folders)
    assert len(examples) == 4
    corners = {tuple(examples.make(number, None).planes[0, 0, :3].tolist()) for number in range(4)}
    assert len(corners) == 4  # four people's backgrounds


def test_a_file_that_cannot_be_read_is_named_where_training_begins(tmp_path: Path) -> None:
    (tmp_path / "p000001").mkdir()
    with pytest.raises(TrainingError, match=r"person\.npy cannot be read"):
        ParsingBatches([tmp_path / "p000001"], batch=1, seed=0)
