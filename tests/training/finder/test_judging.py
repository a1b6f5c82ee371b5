from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import cv2

from training.finder.batches import batch_of
from training.finder.judging import faces_in, judged, write_samples
from training.finder.scenes import Scene
from vision.face_crops import mean_frame
from vision.face_search import SEARCH_PX

PICTURE = np.full((SEARCH_PX, SEARCH_PX, 3), 90, np.uint8)
SCENES = [
    Scene(PICTURE, (mean_frame(60.0, 70.0, 2.0, 0.1),)),
    Scene(PICTURE, (mean_frame(100.0, 60.0, 4.0, 0.0),)),
    Scene(PICTURE, ()),
]


def answers(scenes: list[Scene]) -> tuple[np.ndarray, np.ndarray]:
    batch = batch_of(scenes)
    return batch.heat.numpy(), batch.places.numpy()


def test_the_truth_is_found_without_an_error() -> None:
    figures = judged(SCENES, *answers(SCENES))
    assert figures["found"] == 1.0
    assert figures["alarms"] == 0.0
    assert figures["place_units"] == pytest.approx(0.0, abs=1e-3)
    assert figures["scale"] == pytest.approx(0.0, abs=1e-3)


def test_what_is_found_elsewhere_or_where_nothing_is_counts_against_it() -> None:
    away = replace(SCENES[0].faces[0], x=90.0)
    turned = replace(SCENES[1].faces[0], tilt=1.0)
    said = [Scene(PICTURE, (away,)), Scene(PICTURE, (turned,)), Scene(PICTURE, (turned,))]
    figures = judged(SCENES, *answers(said))
    assert figures["found"] == 0.0
    assert figures["alarms"] == 1.0
    near = [replace(SCENES[0], faces=(replace(SCENES[0].faces[0], x=61.0),)), *SCENES[1:]]
    figures = judged(SCENES, *answers(near))
    assert figures["found"] == 1.0
    assert figures["place_units"] == pytest.approx(0.25, abs=1e-2)  # half a unit in one of two


def test_a_sheet_shows_what_is_true_and_what_was_found(tmp_path: Path) -> None:
    write_samples(SCENES, faces_in(*answers(SCENES)), tmp_path / "sheet.png")
    sheet = cv2.cvtColor(cv2.imread(str(tmp_path / "sheet.png")), cv2.COLOR_BGR2RGB)
    assert sheet.shape[1] == 6 * 2 * SEARCH_PX
    first, empty = sheet[:, : 2 * SEARCH_PX], sheet[:, 4 * SEARCH_PX : 6 * SEARCH_PX]
    assert (first.reshape(-1, 3) == (230, 0, 0)).all(1).any()
    assert len(np.unique(empty.reshape(-1, 3), axis=0)) == 1
