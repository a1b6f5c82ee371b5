from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_speech import write_speakers
from training.__main__ import main
from training.loop import CHECKPOINT, TrainOptions
from training.voice.train import train_voice


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """--data, --held-out and -o of a run with one speaker each."""
    write_speakers(tmp_path / "speech", range(1))
    write_speakers(tmp_path / "unseen", range(1, 2))
    return [
        *("--data", str(tmp_path / "speech"), "--held-out", str(tmp_path / "unseen")),
        *("-o", str(tmp_path / "run")),
    ]


def test_without_speech_the_command_that_makes_it_is_named(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "speech").rename(tmp_path / "elsewhere")
    assert main(["voice", *places]) == 1
    assert "omote-train speech" in capsys.readouterr().err


def test_a_run_is_made_and_its_figures_are_printed(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import training.voice.train as module

    def one_step(*arguments: object, **named: object) -> dict[str, float]:
        folders, held_out, run, options = arguments
        assert isinstance(options, TrainOptions)
        assert (options.minutes, options.batch, options.rate) == (120.0, 2, 1.5e-3)
        short = TrainOptions(minutes=options.minutes, batch=options.batch, steps=1)
        return train_voice(folders, held_out, run, short, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "train_voice", one_step)
    assert main(["voice", *places, "--batch", "2"]) == 0
    assert "jaw_r" in capsys.readouterr().out
    assert (tmp_path / "run" / CHECKPOINT).is_file()
