from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from tests.made_pairs import made_pairs
from training.__main__ import main
from training.loop import TrainOptions
from training.narrow_liveportrait.train import train_narrow
from training.pairs.person_pairs import write_pairs


def test_a_run_is_made_and_its_files_are_written_for_the_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step is enough: what a run holds is tested beside its loop."""
    for identity, place in enumerate(("pairs", "unseen")):
        write_pairs(made_pairs(identity, 2), tmp_path / place / f"p{identity:06d}")
    import training.narrow_liveportrait.train as module

    def one_step(*arguments: object, **named: object) -> dict[str, float]:
        folders, held_out, run, options = arguments
        assert isinstance(options, TrainOptions)
        assert (options.minutes, options.batch, options.rate) == (60.0, 1, 1e-3)
        short = TrainOptions(minutes=options.minutes, batch=options.batch, steps=1)
        return train_narrow(folders, held_out, run, short, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "train_narrow", one_step)
    places = [
        "--data",
        str(tmp_path / "pairs"),
        "--held-out",
        str(tmp_path / "unseen"),
        "-o",
        str(tmp_path / "run"),
    ]
    assert main(["liveportrait", *places, "--minutes", "60", "--batch", "1"]) == 0
    said = capsys.readouterr()
    assert "warped_px" in said.out
    assert f"--weights {tmp_path / 'run' / 'onnx'}" in said.err
    assert {path.name for path in (tmp_path / "run" / "onnx").iterdir()} >= {
        "warping_spade.onnx",
        "stitching.onnx",
    }
