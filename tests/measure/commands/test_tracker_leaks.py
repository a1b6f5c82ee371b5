from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from measure.__main__ import main
from studio.head.identity import identities_of
from tests.measure.tracker.network_by_hand import numbered_crops
from tests.measure.tracker.steps_by_hand import sessions_of
from tests.networks.tracker_models import write_random_tracker


def test_an_impossible_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tracker-leaks", "--count", "3", "-o", str(tmp_path / "report")]) == 1
    assert "--count 3, expected 4" in capsys.readouterr().err


def test_codes_of_cached_people_are_probed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = sessions_of(list(identities_of("test", 4)))
    samples.save(tmp_path / "test-4-0-real.npz")
    numbered_crops(samples).save(tmp_path / "test-4-0-real.crops.npz")
    words = [
        "--count",
        "4",
        "--drawn",
        str(tmp_path),
        "--model",
        str(write_random_tracker(tmp_path / "model")),
    ]
    assert main(["tracker-leaks", *words, "-o", str(tmp_path / "report")]) == 0
    assert "| the pose's encoder | expression |" in capsys.readouterr().out
    assert (tmp_path / "report" / "leaks.json").is_file()
