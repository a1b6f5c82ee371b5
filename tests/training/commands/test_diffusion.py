from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.dit_design import CONFIGS
from tests.made_pairs import made_pairs
from tests.networks.dits import small_design
from training.__main__ import main
from training.loop import CHECKPOINT
from training.pairs.clips import SETTINGS
from training.pairs.person_pairs import write_pairs


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """--data, --held-out and -o of a run with one person each."""
    monkeypatch.setitem(CONFIGS, "pico", small_design())
    for identity, place in enumerate(("pairs", "held-out")):
        write_pairs(made_pairs(identity, 2), tmp_path / place / f"p{identity:06d}")
    folders = {"--data": "pairs", "--held-out": "held-out", "-o": "run"}
    return [word for option, place in folders.items() for word in (option, str(tmp_path / place))]


def test_a_run_is_made_and_its_figures_are_printed(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--config", "pico", "--from", "noise", "--without", "draft", "--codec", "patch"]
    assert main(["diffusion", *places, "--steps", "1", "--batch", "1", *chosen]) == 0
    said = capsys.readouterr()
    assert "face_gain_db_4" in said.out
    assert "omote-train plot" in said.err
    kept = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)
    assert kept["settings"] == {
        "config": "pico", "from": "noise", "without": "draft", "patch": 8, "codec": "patch",
        "chunk": 1, "window": 4,
    }  # fmt: skip


def test_a_bridge_without_its_draft_is_refused(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diffusion", *places, "--config", "pico", "--without", "draft"]) == 1
    assert "expected --from noise" in capsys.readouterr().err


def test_clips_are_learned_from_where_there_are_some(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pairs(made_pairs(2, 5), tmp_path / "pairs" / "p000002")
    short = ["--steps", "1", "--batch", "1", "--config", "pico", "--frames", "4"]
    assert main(["diffusion", *places, *short]) == 1
    assert "--frames 4, but the clips of" in (said := capsys.readouterr().err)
    assert "omote-train pairs --clip 4" in said
    (tmp_path / "pairs" / SETTINGS).write_text('{"clip": 4}')
    (tmp_path / "pairs" / "p000000" / "code.npy").unlink()
    (tmp_path / "pairs" / "p000000").rename(tmp_path / "pairs" / "not-a-person")
    assert main(["diffusion", *places, *short, "--rollout", "2", "--chunk", "3"]) == 1
    assert "expected a multiple of the chunk's 3 frames" in capsys.readouterr().err
    assert main(["diffusion", *places, *short, "--rollout", "2", "--chunk", "2"]) == 1
    assert "judge by have clips of 1 frames, expected a multiple of the chunk's 2" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "held-out" / "p000001")
    write_pairs(made_pairs(1, 7), tmp_path / "held-out" / "p000001")
    (tmp_path / "held-out" / SETTINGS).write_text('{"clip": 6}')
    assert main(["diffusion", *places, *short, "--rollout", "2", "--chunk", "2"]) == 0
    assert "draft_flicker" in capsys.readouterr().out
    kept = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)
    assert kept["settings"]["chunk"] == 2


def test_a_run_is_exported_as_what_it_was_trained_as(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="pip install 'omote[export]'")
    assert (
        main(["diffusion", *places, "--steps", "1", "--batch", "1", "--config", "pico", "--patch", "4"]) == 0
    )
    run = tmp_path / "run"
    assert main(["export", "diffusion", str(run)]) == 0
    manifest = (run / "model" / "model.toml").read_text(encoding="utf-8")
    assert "grid = 8\n" in manifest
    assert "omote run --engine diffusion" in capsys.readouterr().err
    (run / CHECKPOINT).unlink()
    assert main(["export", "diffusion", str(run)]) == 1
    assert "expected the folder of a run of omote-train diffusion" in capsys.readouterr().err
