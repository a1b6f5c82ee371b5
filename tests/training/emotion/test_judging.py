from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from protocol.blendshapes import INDEX
from training.emotion.judging import closures_kept, figures_of, write_curves
from training.emotion.takes import Takes, load_takes


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Takes:
    made = load_takes(tmp_path_factory.mktemp("takes") / "takes.npz", range(1), seconds=2.0)
    emotional = np.zeros_like(made.intensities)
    emotional[:, 30:, 2] = 0.8
    return replace(made, intensities=emotional)


def test_the_truth_has_no_error(takes: Takes) -> None:
    figures = figures_of(takes, takes.spoken)
    assert figures.pop("closures") == figures.pop("shut") == 1.0
    assert set(figures.values()) == {0.0}


def test_errors_are_told_apart_by_shape_and_by_emotion(takes: Takes) -> None:
    made = takes.spoken.copy()
    made[:, 30:, INDEX["browDownLeft"]] += 0.2  # in the emotion
    made[:, :30, INDEX["jawOpen"]] += 0.1  # in the calm
    figures = figures_of(takes, made)
    assert figures["upper"] == pytest.approx(0.2 / np.sqrt(19), rel=1e-4)
    assert figures["lips_calm"] == pytest.approx(0.1 / np.sqrt(16), rel=1e-4)
    assert figures["lower"] == figures["lips"] == figures["upper_calm"] == figures["lids"] == 0.0


def test_closures_count_where_lips_meet_over_an_open_jaw() -> None:
    spoken = np.zeros((4, 52), np.float32)
    spoken[:3, INDEX["jawOpen"]] = 0.2
    spoken[:2, INDEX["mouthClose"]] = 0.2
    made = spoken.copy()
    assert closures_kept(spoken, made) == 1.0
    made[0, INDEX["mouthClose"]] = 0.1
    assert closures_kept(spoken, made) == 0.5
    made[0, INDEX["jawOpen"]] = 0.1  # the jaw is up as well: lips meet
    assert closures_kept(spoken, made) == 1.0
    assert closures_kept(spoken[2:], made[2:]) == 1.0  # none was spoken
    made[0, INDEX["jawOpen"]], made[0, INDEX["mouthClose"]] = 0.5, 0.0  # the tracker saw no [p]
    assert closures_kept(spoken, made) == 0.5
    assert closures_kept(spoken, made, tracked=made) == 1.0


def test_curves_show_what_was_filtered(takes: Takes, tmp_path: Path) -> None:
    write_curves(takes, takes.spoken, tmp_path / "one.png")
    write_curves(takes, np.clip(takes.spoken + 0.5, 0, 1), tmp_path / "other.png")
    one, other = (np.asarray(cv2.imread(str(tmp_path / name))) for name in ("one.png", "other.png"))
    assert one.shape == other.shape
    assert np.any(one != other)
    blue = (one[..., 0] > 180) & (one[..., 2] < 60)
    assert blue.sum() > 200
