from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mediapipe")

from measure.methods.method import make_method
from measure.tracker.avatar_driving import TRUTH, DrivenRow, driven_rows, means_of
from measure.tracker.bridge_output import BridgeOutput
from studio.head.source import read_face_source
from studio.renderer import Studio
from tests.measure.tracker.steps_by_hand import sessions_of


def test_the_truth_draws_the_same_and_a_still_face_does_not(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "LP_NUM_THREADS", "1")
    samples = sessions_of([2])
    sent = {
        "same": BridgeOutput(samples.expression.copy(), samples.gaze.copy()),
        "still": BridgeOutput(np.zeros_like(samples.expression), np.zeros_like(samples.gaze)),
    }
    shown: list[set[str]] = []
    with (
        Studio(read_face_source(shared / "ict-facekit" / "ict_facekit.npz")) as studio,
        make_method("head", size=128, face_landmarker=shared / "models" / "face_landmarker.task") as method,
    ):
        rows = driven_rows(
            studio, method, samples, sent, people=[2], size=128, most=3,
            show=lambda place, frames: shown.append(set(frames)),
        )  # fmt: skip
    means = {row.driver: row for row in means_of(rows)}
    assert list(means) == [TRUTH, "same", "still"]
    assert means["same"].mouth == means["same"].eyes == 60.0
    assert means["still"].mouth < 55.0  # mouths that hardly move
    assert means["still"].eyes < 40.0
    assert means[TRUTH].studio_mouth == means["same"].studio_mouth > means["still"].studio_mouth
    assert shown == [{"studio", TRUTH, "same", "still"}] * 3


def test_means_are_taken_for_each_driver() -> None:
    rows = [
        DrivenRow("a", 10.0, 20.0, 1.0, 2.0),
        DrivenRow("b", 5.0, 5.0, 5.0, 5.0),
        DrivenRow("a", 30.0, 40.0, 3.0, 4.0),
    ]
    assert means_of(rows) == [DrivenRow("a", 20.0, 30.0, 2.0, 3.0), rows[1]]
