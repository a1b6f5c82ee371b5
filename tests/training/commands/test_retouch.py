from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_pairs import made_pairs
from training.__main__ import main
from training.loop import CHECKPOINT
from training.pairs.person_pairs import write_pairs


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """--data, --held-out and -o of a run with one person each."""
    for identity, place in enumerate(("pairs", "held-out")):
        write_pairs(made_pairs(identity, 2), tmp_path / place / f"p{identity:06d}")
    return [
        "--data",
        str(tmp_path / "pairs"),
        "--held-out",
        str(tmp_path / "held-out"),
        "-o",
        str(tmp_path / "run"),
    ]


def test_a_run_is_made_and_its_figures_are_printed(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retouch", *places, "--steps", "1", "--batch", "1", "--without", "light"]) == 0
    said = capsys.readouterr()
    assert "face_gain_db" in said.out
    assert "omote-train plot" in said.err
    kept = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)
    assert (kept["step"], kept["without"]) == (1, "light")


def test_an_unknown_part_is_refused_with_those_that_there_are(
    places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retouch", *places, "--without", "paint,nose"]) == 1
    assert "--without nose, expected some of normals, portrait," in capsys.readouterr().err


def test_a_folder_without_pairs_of_photographs_is_refused(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retouch", *places, "--photographs", str(tmp_path)]) == 1
    assert "make some with: omote-train photographs" in capsys.readouterr().err
