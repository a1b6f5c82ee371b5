from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_faces import made_faces
from training.__main__ import main
from training.finder import train as train_module
from training.tracker.face_pictures import write_faces


def test_from_faces_to_a_folder_that_the_bridge_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    pytest.importorskip("onnx", reason="pip install 'omote[export]'")
    from bridge.trackers.face_finder import load_finder_model, open_finder

    monkeypatch.setattr(train_module, "JUDGED", 4)
    for identity, place in enumerate(("faces", "unseen")):
        write_faces(made_faces(identity, 3), tmp_path / place / f"p{identity:06d}")
    places = [*("--data", str(tmp_path / "faces")), *("--held-out", str(tmp_path / "unseen"))]
    run = str(tmp_path / "run")
    assert main(["finder", *places, "-o", run, "--minutes", "0.05", "--batch", "2", "--threads", "1"]) == 0
    assert "on 1 unseen ones: found" in capsys.readouterr().out
    assert main(["export", "finder", run, "--trial"]) == 0
    model = load_finder_model(tmp_path / "run" / "model")
    assert model.is_trial
    open_finder(model)


def test_without_faces_the_command_that_draws_them_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                "finder",
                "--data",
                str(tmp_path / "a"),
                "--held-out",
                str(tmp_path / "b"),
                "-o",
                str(tmp_path / "c"),
            ]
        )
        == 1
    )
    assert "omote-train faces" in capsys.readouterr().err
