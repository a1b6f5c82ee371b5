from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from bridge.expressions.face_correction import shipped_weights
from measure.__main__ import main
from measure.errors import MeasureError
from measure.tracker.golden_samples import read_golden_samples
from measure.tracker.report import BEGIN, END, report_of, write_report
from measure.tracker.samples import DrawPlan, TrackedSamples, draw_tracked_samples
from measure.tracker.webcam_sessions import PICTURES

PAIRS = Path(__file__).parents[2] / "data" / "face_correction.npz"


def test_an_impossible_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tracker", "--people", "2", "-o", str(tmp_path / "report")]) == 1
    assert "--people 2, expected 5" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_a_damaged_file_of_samples_is_named(tmp_path: Path) -> None:
    (tmp_path / "test.npz").write_bytes(b"no")
    with pytest.raises(MeasureError, match="holds no tracked samples"):
        TrackedSamples.load(tmp_path / "test.npz")


def test_report_is_written_beside_and_into_a_page(tmp_path: Path) -> None:
    report = report_of(read_golden_samples(PAIRS), shipped_weights(), style="real", seed=0)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_report(report, tmp_path / "report", page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| `jawOpen` |" in text
    table = json.loads((tmp_path / "report" / "landmarks.json").read_bytes())
    assert table["people"] == 6
    assert len(table["before"]) == len(table["share"]) == 44


def test_a_page_without_a_place_for_tables_is_refused(tmp_path: Path) -> None:
    report = report_of(read_golden_samples(PAIRS), shipped_weights(), style="real", seed=0)
    page = tmp_path / "page.md"
    page.write_text("nothing here")
    with pytest.raises(MeasureError, match="has no place for the tables"):
        write_report(report, tmp_path / "report", page)
    assert page.read_text() == "nothing here"


def test_a_session_is_drawn_and_tracked(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LP_NUM_THREADS", "1")
    plan = DrawPlan(shared / "models" / "face_landmarker.task")
    samples = draw_tracked_samples(shared / "ict-facekit" / "ict_facekit.npz", [2], plan)
    assert int(samples.drawn) == PICTURES
    assert len(samples.person) >= PICTURES - 2
    # MediaPipe, which knows nothing of the labels, finds the head turned as they say
    forward = samples.transform[:, :3, 2]
    yaw = np.arctan2(forward[:, 0], forward[:, 2])
    assert np.abs(yaw - samples.pose[:, 0]).mean() < 0.1
    assert np.corrcoef(yaw, samples.pose[:, 0])[0, 1] > 0.9
