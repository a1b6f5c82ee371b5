from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.emotion_filter import HolisticEncoder
from training.__main__ import main
from training.emotion import data
from training.emotion.trained import read_run


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes of a second; the command's own last half a minute."""
    monkeypatch.setattr(data, "SECONDS", 1.0)
    monkeypatch.setattr(data, "UNSEEN", range(100_000, 100_002))


def test_a_run_makes_its_own_data_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    # a run that was stopped when its encoder had just learned
    (tmp_path / "run").mkdir()
    torch.save(HolisticEncoder().state_dict(), tmp_path / "run" / "encoder.pt")
    asked = ["emotion", "--movers", "2", "--batch", "4", "--without", "kl", "-o", run]
    assert main([*asked, "--steps", "1"]) == 0
    assert "on 2 unseen ones: lips 0." in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"takes.npz", "unseen.npz", "encoder.pt"}
    assert read_run(tmp_path / "run").recipe.without == "kl"
    assert main([*asked, "--steps", "2"]) == 1
    assert "--resume" in capsys.readouterr().err
    made = (tmp_path / "run" / "takes.npz").stat().st_mtime_ns
    assert main([*asked, "--steps", "2", "--resume"]) == 0
    assert (tmp_path / "run" / "takes.npz").stat().st_mtime_ns == made


@pytest.mark.parametrize(
    "wrong", [("--movers", "1"), ("--steps", "0"), ("--minutes", "nan"), ("--batch", "1")]
)
def test_values_out_of_range_are_refused(
    wrong: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["emotion", "-o", str(tmp_path / "run"), *wrong]) == 1
    assert "expected" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
