from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_faces import made_faces
from training.finder.batches import SceneBatches, batch_of
from training.finder.scenes import Scene
from training.tracker.face_pictures import write_faces
from vision.face_crops import mean_frame
from vision.face_search import CELLS, SEARCH_PX, found_face, search_view


def test_what_a_batch_tells_is_what_a_picture_is_read_by() -> None:
    """The labels of a scene, taken for a network's answer, give the frames back."""
    frames = [mean_frame(40.0, 50.0, 2.0, 0.3), mean_frame(120.7, 99.2, 1.0, -0.4)]
    picture = np.random.default_rng(0).integers(0, 256, (SEARCH_PX, SEARCH_PX, 3)).astype(np.uint8)
    view = search_view(SEARCH_PX, SEARCH_PX)
    for frame in frames:
        batch = batch_of([Scene(picture, (frame,)), Scene(picture, ())])
        found = found_face(batch.heat[0].numpy(), batch.places[0].numpy(), view)
        assert found is not None
        for name in ("x", "y", "unit", "tilt"):
            assert getattr(found.frame, name) == pytest.approx(getattr(frame, name), abs=1e-3), name
        assert found_face(batch.heat[1].numpy(), batch.places[1].numpy(), view) is None
    both = batch_of([Scene(picture, tuple(frames))])
    assert (both.heat == 1.0).sum() == 2
    np.testing.assert_allclose(both.planes[0].numpy() * 255, picture.transpose(2, 0, 1), atol=1e-3)
    # each warm cell tells of the nearer face
    rows, columns = np.nonzero(both.warm[0].numpy())
    for row, column in zip(rows, columns, strict=True):
        x = 4 * (column + 0.5 + float(both.places[0, 0, row, column]))
        nearest = min(frames, key=lambda one: np.hypot(one.x / 4 - column - 0.5, one.y / 4 - row - 0.5))
        assert x == pytest.approx(nearest.x, abs=1e-3)
    assert both.warm.shape == (1, CELLS, CELLS)


def test_a_batch_follows_from_its_number(tmp_path: Path) -> None:
    for k in range(2):
        write_faces(made_faces(k, 2), tmp_path / f"p{k:06d}")
    folders = sorted(tmp_path.iterdir())
    first, again, other = (SceneBatches(folders, batch=6, seed=seed) for seed in (0, 0, 1))
    one, same = first.make(0), again.make(0)
    assert torch.equal(one.planes, same.planes)
    assert torch.equal(one.heat, same.heat)
    assert not torch.equal(one.planes, other.make(0).planes)
    assert len(first.make(1).planes) == 6
