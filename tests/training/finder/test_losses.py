from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.finder import FoundPlaces
from training.finder.batches import batch_of
from training.finder.losses import finder_loss
from training.finder.scenes import Scene
from vision.face_crops import mean_frame
from vision.face_search import SEARCH_PX


def test_the_truth_costs_nothing_and_every_error_something() -> None:
    picture = np.zeros((SEARCH_PX, SEARCH_PX, 3), np.uint8)
    batch = batch_of([Scene(picture, (mean_frame(80.0, 70.0, 2.5, 0.1),)), Scene(picture, ())])
    is_centre = batch.heat >= 1.0
    surely = torch.where(is_centre, 30.0, -30.0)
    right = finder_loss(FoundPlaces(surely, batch.places), batch)
    assert float(right.total) < 1e-6
    missed = finder_loss(FoundPlaces(torch.full_like(surely, -30.0), batch.places), batch)
    alarmed = surely.clone()
    alarmed[1, 3, 3] = 5.0
    for wrong in (missed, finder_loss(FoundPlaces(alarmed, batch.places), batch)):
        assert float(wrong.total) > 1.0
    for number in range(5):
        moved = batch.places.clone()
        moved[:, number] += 0.5
        assert float(finder_loss(FoundPlaces(surely, moved), batch).total) > 0.05
    # where there is no face, places do not count
    elsewhere = torch.where(batch.warm[:, None] > 0, batch.places, torch.tensor(9.0))
    assert float(finder_loss(FoundPlaces(surely, elsewhere), batch).total) < 1e-6
    # a doubt beside the centre costs less than one far away
    beside, away = surely.clone(), surely.clone()
    row, column = (int(v) for v in is_centre[0].nonzero()[0])
    beside[0, row, column + 1] = away[0, row, column - 15] = 0.0
    near, far = (float(finder_loss(FoundPlaces(one, batch.places), batch).total) for one in (beside, away))
    assert near < far
