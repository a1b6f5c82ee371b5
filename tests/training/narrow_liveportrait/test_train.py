from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.liveportrait.volume_sampling import grid_places
from tests.made_pairs import made_pairs
from training.loop import CHECKPOINT, TrainOptions
from training.narrow_liveportrait.batches import MADE_PX, plain_batch
from training.narrow_liveportrait.train import (
    fine_weight,
    picture_loss,
    train_narrow,
    warping_loss,
)
from training.pairs.person_pairs import write_pairs


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("pairs") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_pairs(made_pairs(identity, 3), folder)
    return made


def test_two_steps_and_a_resume_are_three_steps(folders: list[Path], tmp_path: Path) -> None:
    def options(steps: int) -> TrainOptions:
        return TrainOptions(minutes=1e9, batch=1, judge_every=1e9, steps=steps)

    found = train_narrow(folders[:1], folders[1:], tmp_path, options(2))
    assert {"db", "still_db", "warped_px"} == set(found)
    assert len(list(tmp_path.glob("samples-*.png"))) == 1
    train_narrow(folders[:1], folders[1:], tmp_path, options(3), resume=True)
    assert torch.load(tmp_path / CHECKPOINT, weights_only=True)["step"] == 3


def test_eyes_and_mouth_count_more_and_the_truth_costs_nothing(folders: list[Path]) -> None:
    batch = plain_batch(folders, 1)
    assert float(picture_loss(batch.target, batch)) == 0.0
    keypoints = torch.full((1, 21, 3), 3.0)  # outside
    keypoints[0, 14, :2] = torch.tensor([0.5, -0.25])  # the mouth
    weight = fine_weight(keypoints, batch.target)[0, 0]
    row, column = int(0.375 * MADE_PX), int(0.75 * MADE_PX)
    assert float(weight[row, column]) == pytest.approx(7.0, abs=0.1)
    assert float(weight[-1, 0]) == pytest.approx(1.0, abs=1e-3)


def test_a_warp_costs_what_landmarks_are_read_beside_their_place(folders: list[Path]) -> None:
    batch = plain_batch(folders, 1)
    count, side = len(folders), 24
    still = grid_places(4, side, side, batch.source, centred=True).expand(count, 4, side, side, 3)
    moved = (batch.seen_source - batch.seen_driving).abs().mean()
    # centred cells, read between them: places are exact
    assert float(warping_loss(still, batch)) == pytest.approx(float(moved), abs=1e-5)
    aside = torch.tensor([0.05, -0.02, 0.0])
    elsewhere = replace(batch, seen_source=batch.seen_driving + aside[:2])
    assert float(warping_loss(still + aside, elsewhere)) == pytest.approx(0.0, abs=1e-6)
