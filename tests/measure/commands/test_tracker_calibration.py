from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from measure.__main__ import main
from studio.head.identity import identities_of
from tests.measure.tracker.network_by_hand import numbered_crops
from tests.measure.tracker.steps_by_hand import sessions_of, steps_of
from tests.networks.tracker_models import write_random_tracker


def test_an_impossible_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tracker-calibration", "--count", "1", "-o", str(tmp_path / "report")]) == 1
    assert "--count 1, expected 2" in capsys.readouterr().err


def test_people_are_calibrated_and_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With random weights: what they see is nothing, but the report is whole."""
    people = list(identities_of("test", 2))
    for name, samples in (("test", sessions_of(people)), ("calibration-test", steps_of(people))):
        samples.save(tmp_path / f"{name}-2-0-real.npz")
        numbered_crops(samples).save(tmp_path / f"{name}-2-0-real.crops.npz")
    words = [
        "--count",
        "2",
        "--drawn",
        str(tmp_path),
        "--model",
        str(write_random_tracker(tmp_path / "model")),
    ]
    assert main(["tracker-calibration", *words, "-o", str(tmp_path / "report")]) == 0
    said = capsys.readouterr().out
    assert "| `jawOpen` |" in said
    assert (tmp_path / "report" / "calibration.md").read_text("utf-8") in said
