from __future__ import annotations

import math

import pytest

from measure.score import FIGURES, PROBED, FrameScore, Score, mean_score


def test_means_leave_out_what_was_not_measured() -> None:
    scores = [Score(psnr_all=20.0, emotion=1.0), Score(psnr_all=30.0), Score(psnr_all=40.0, emotion=0.0)]
    mean = mean_score([FrameScore("copy", "self", 1, "moving", score) for score in scores])
    assert mean.psnr_all == pytest.approx(30.0)
    assert mean.emotion == pytest.approx(0.5)
    assert math.isnan(mean.gaze_deg)


def test_figures_of_the_probes_come_last() -> None:
    assert FIGURES[-len(PROBED) :] == PROBED
    assert {name.split("_")[0] for name in FIGURES} - {name.split("_")[0] for name in PROBED} == {
        "psnr", "ssim", "sharp", "temporal",
    }  # fmt: skip
