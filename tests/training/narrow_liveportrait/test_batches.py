from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from authoring.liveportrait.crop import face_square
from tests.made_pairs import made_pairs
from training.narrow_liveportrait.batches import (
    MADE_PX,
    READ_PX,
    PortraitBatches,
    plain_batch,
)
from training.narrow_liveportrait.keypoints import LANDMARKS
from training.pairs.person_pairs import write_pairs


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("pairs") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_pairs(made_pairs(identity, 3), folder)
    return made


def test_a_batch_follows_from_its_number_and_has_the_networks_shapes(folders: list[Path]) -> None:
    one, again, other = (PortraitBatches(folders, batch=2, seed=0).make(number) for number in (3, 3, 4))
    assert one.source.shape == (2, 3, READ_PX, READ_PX)
    assert one.target.shape == (2, 3, MADE_PX, MADE_PX)
    assert one.kp_source.shape == one.kp_driving.shape == (2, len(LANDMARKS), 3)
    for name in ("source", "target", "kp_source", "kp_driving", "seen_source", "seen_driving"):
        assert torch.equal(getattr(one, name), getattr(again, name)), name
    assert not torch.equal(one.target, other.target)
    assert float(one.target.min()) >= 0.0
    assert float(one.target.max()) <= 1.0


def test_keypoints_lie_on_the_landmarks_of_the_cut_picture(folders: list[Path]) -> None:
    """Whatever the fit splits them into, together they are the landmarks."""
    batch = plain_batch(folders, 2)
    for person, _ in enumerate(folders):
        pairs = made_pairs(person, 3)
        square = face_square(pairs.place_truth[0])
        wanted = (pairs.place_truth[2][list(LANDMARKS)] - square[:2]) * (2.0 / square[2])
        np.testing.assert_allclose(batch.kp_driving[person, :, :2].numpy(), wanted, atol=1e-4)
