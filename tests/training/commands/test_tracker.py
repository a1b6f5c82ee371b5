from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_faces import made_faces
from training.__main__ import main
from training.loop import CHECKPOINT, TrainOptions
from training.tracker.face_pictures import write_faces
from training.tracker.train import train_tracker


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """--data, --held-out and -o of a run with one person each."""
    for identity, place in enumerate(("faces", "unseen")):
        write_faces(made_faces(identity, 6), tmp_path / place / f"p{identity:06d}")
    return [
        *("--data", str(tmp_path / "faces"), "--held-out", str(tmp_path / "unseen")),
        *("-o", str(tmp_path / "run")),
    ]


def test_without_faces_the_command_that_draws_them_is_named(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "faces").rename(tmp_path / "elsewhere")
    assert main(["tracker", *places]) == 1
    assert "omote-train faces" in capsys.readouterr().err


def test_a_run_is_made_and_its_figures_are_printed(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step is enough: what a run holds is tested beside its loop."""
    import training.tracker.train as module

    def one_step(*arguments: object, **named: object) -> dict[str, float]:
        folders, held_out, run, options = arguments
        assert isinstance(options, TrainOptions)
        assert (options.minutes, options.batch, options.rate) == (120.0, 2, 1e-3)
        short = TrainOptions(minutes=options.minutes, batch=options.batch, steps=1)
        return train_tracker(folders, held_out, run, short, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "train_tracker", one_step)
    assert main(["tracker", *places, "--batch", "2"]) == 0
    assert "gaze_deg" in capsys.readouterr().out
    assert (tmp_path / "run" / CHECKPOINT).is_file()
