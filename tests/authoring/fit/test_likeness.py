from __future__ import annotations

import cv2
import numpy as np
import pytest

from authoring.fit.likeness import Likeness, likeness, verdict
from measure.image_metrics import psnr_db, sharpness

SIZE = 48


def noise(seed: int) -> np.ndarray:
    picture = np.random.default_rng(seed).integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def test_the_figures_are_those_of_the_reports() -> None:
    """`measure` stands above this package and has its own; both must mean the same."""
    picture, truth = noise(1), noise(2)
    face, known = np.zeros((SIZE, SIZE), bool), np.ones((SIZE, SIZE), bool)
    face[10:40, 12:30], known[:, :5] = True, False
    found = likeness(picture, truth, face, known)
    assert found.face_db == pytest.approx(psnr_db(picture, truth, face), abs=1e-4)
    assert found.all_db == pytest.approx(psnr_db(picture, truth, known), abs=1e-4)
    assert found.sharpness == pytest.approx(sharpness(picture, truth, face), rel=1e-5)


OLD = [Likeness(25.0, 22.0, 1.05)] * 4


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ([Likeness(25.09, 22.5, 1.0)] * 4, "less than 0.1 dB are gained"),
        ([Likeness(27.0, 22.0, 1.0)] * 2 + [Likeness(24.9, 22.0, 1.0)] * 2, "too few frames are better"),
        ([Likeness(26.0, 21.9, 1.0)] * 4, "the whole picture is worse"),
        ([Likeness(26.0, 22.0, 1.1)] * 4, "sharpness is farther"),
        ([Likeness(26.0, 22.0, 0.9)] * 4, "sharpness is farther"),
    ],
)
def test_what_does_not_help_is_refused_with_the_reason(after: list[Likeness], words: str) -> None:
    answer = verdict(OLD, after)
    assert not answer.is_kept
    assert answer.text.startswith("not kept, because")
    assert words in answer.text


def test_what_helps_is_kept_with_its_figures() -> None:
    answer = verdict(OLD, [Likeness(25.5, 22.2, 1.01)] * 3 + [Likeness(24.9, 22.0, 1.01)])
    assert answer.is_kept
    assert "face +0.35 dB, better in 3 of 4 frames that it was not fitted to" in answer.text
    assert "picture +0.15 dB, sharpness 1.05 -> 1.01" in answer.text
