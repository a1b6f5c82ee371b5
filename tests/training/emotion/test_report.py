"""The report on two movers and a few steps: all columns are there, and the parts that it compares are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from face.emotion_filter import AnalyticEmotionFilter
from protocol.blendshapes import INDEX
from training.emotion import data, report
from training.emotion.recipe import EmotionRecipe
from training.emotion.takes import load_takes
from training.emotion.train import train_emotion
from training.loop import TrainOptions


def test_filters_stand_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "SECONDS", 3.0)
    monkeypatch.setattr(data, "UNSEEN", range(100_000, 100_002))
    monkeypatch.setattr(report, "PROBE_STEPS", 5)
    takes = load_takes(tmp_path / "takes.npz", range(2), seconds=3.0)
    options = TrainOptions(minutes=1.0, batch=16, rate=1e-3, steps=1)
    train_emotion(takes, takes, tmp_path / "run", EmotionRecipe(encoder_steps=2), options)
    assert report.main(["--takes", str(tmp_path), "--movers", "2", str(tmp_path / "run")]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]] for line in lines}
    assert list(rows) == ["filter", "---", "no filter", "analytic", "run"]
    known = dict(zip(rows["filter"], rows["run"], strict=True))
    assert {name for name, cell in known.items() if cell == "–"} == {
        name for name in known if name.startswith("real")
    }
    # one step changes next to nothing: the run stands near no filter, and its regions do not see each other
    assert float(known["leak"]) == 0.0
    none = dict(zip(rows["filter"], rows["no filter"], strict=True))
    assert float(known["lips"]) == pytest.approx(float(none["lips"]), abs=0.02)


def test_no_run_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "SECONDS", 1.0)
    monkeypatch.setattr(data, "UNSEEN", range(100_000, 100_001))
    assert report.main(["--takes", str(tmp_path), "--movers", "1", "--arkit", str(tmp_path / "none")]) == 1
    assert "ARKit" in capsys.readouterr().err


def test_the_analytic_filter_runs_frame_by_frame() -> None:
    seen = np.random.default_rng(6).random((2, 20, 52)).astype(np.float32)
    out = report.analytic(seen)
    emotion_filter, known = AnalyticEmotionFilter(), seen[1].copy()
    for frame in known:
        emotion_filter(frame, 1.0, 1.0 / 30.0)
    assert out[1].tobytes() == known.tobytes()


def test_wanted_emotions_are_added_as_the_runtime_adds_them() -> None:
    wanted = np.zeros((1, 60, 8), np.float32)
    wanted[..., 2] = 1.0
    out = report.layered(np.zeros((1, 60, 52), np.float32), wanted)
    assert out[0, -1, INDEX["browDownLeft"]] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("frames", [-1, 0, 1, 3])
def test_a_delay_is_found_to_a_fraction_of_a_frame(frames: int) -> None:
    times = np.arange(400)
    one = np.sin(0.31 * times)[None] + 0.5 * np.sin(0.12 * times + 1.0)[None]
    other = np.sin(0.31 * (times - frames))[None] + 0.5 * np.sin(0.12 * (times - frames) + 1.0)[None]
    assert report.delay_ms(other, one) == pytest.approx(frames * 1000.0 / 30.0, abs=2.0)
