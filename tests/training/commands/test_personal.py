from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.training.personal.skin_source import head_source
from training.__main__ import main
from training.commands import personal


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two heads judge, and the dense head is one without ICT-FaceKit."""
    monkeypatch.setattr(personal, "UNSEEN", 2)
    monkeypatch.setattr(personal, "find_face_source", lambda named: Path("nowhere"))
    monkeypatch.setattr("studio.head.source.read_face_source", lambda path: head_source())


def test_a_run_makes_its_own_heads_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    asked = ["personal", "--people", "2", "--batch", "60", "-o", str(run)]
    assert main([*asked, "--steps", "1"]) == 0
    assert "on 2 unseen ones, millimetres: none 0." in capsys.readouterr().out
    assert {path.name for path in run.iterdir()} >= {"heads.npz", "unseen.npz", "weights.pt"}
    assert main([*asked, "--steps", "2"]) == 1
    assert "--resume" in capsys.readouterr().err
    made = (run / "heads.npz").stat().st_mtime_ns
    assert main([*asked, "--steps", "2", "--resume"]) == 0
    assert (run / "heads.npz").stat().st_mtime_ns == made


@pytest.mark.parametrize(
    "wrong", [("--people", "1"), ("--steps", "0"), ("--minutes", "nan"), ("--batch", "5")]
)
def test_values_out_of_range_are_refused(
    wrong: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["personal", "-o", str(tmp_path / "run"), *wrong]) == 1
    assert "expected" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
