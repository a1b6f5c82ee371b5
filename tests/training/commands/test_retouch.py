from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")


from tests.made_pairs import made_pairs
from training.__main__ import main
from training.loop import CHECKPOINT, TrainOptions
from training.pairs.person_pairs import write_pairs
from training.retouch.train import train_form


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
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step is enough: what a run holds is tested beside its loop."""
    import training.retouch.train as module

    def one_step(*arguments: object, **named: object) -> dict[str, float]:
        folders, held_out, run, options = arguments
        assert isinstance(options, TrainOptions)
        assert (options.minutes, options.batch, options.rate, options.seed) == (60.0, 1, 1e-4, 5)
        short = TrainOptions(minutes=options.minutes, batch=options.batch, rate=options.rate, seed=5, steps=1)
        return train_form(folders, held_out, run, short, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "train_form", one_step)
    assert main(["retouch", *places, "--minutes", "60", "--batch", "1", "--rate", "1e-4", "--seed", "5"]) == 0
    said = capsys.readouterr()
    assert "face_gain_db" in said.out
    assert "omote-train plot" in said.err
    assert (tmp_path / "run" / CHECKPOINT).is_file()
