from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import torch

from bridge.trackers.tracker_network import load_tracker_model
from runtime.inference.retouch_model import load_retouch_model
from tests.networks.retouch_models import random_net
from tests.networks.tracker_models import random_tracker
from training.__main__ import main
from training.loop import WEIGHTS
from training.run_log import LOG


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    torch.save(random_net().state_dict(), folder / WEIGHTS)
    (folder / LOG).write_text(json.dumps({"step": 9, "minutes": 90.0}) + "\n", encoding="utf-8")
    return folder


def test_a_run_becomes_a_folder_that_the_runtime_reads(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "model"
    assert main(["export", "retouch", str(run), "-o", str(folder), "--trained-on", "balls"]) == 0
    load_retouch_model(folder)
    card = (folder / "model.toml").read_text("utf-8")
    assert 'trained_on = "balls"' in card
    assert "hours = 1.50" in card  # from the log
    assert "next: omote-measure" in capsys.readouterr().err


def test_without_paint_everything_else_is_as_with_it(run: Path, tmp_path: Path) -> None:
    ort = pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    with torch.no_grad():
        weights = torch.load(run / WEIGHTS, weights_only=True)
        weights["fine.bias"][8:12] = 1.0  # it paints
        torch.save(weights, run / WEIGHTS)
    random = np.random.default_rng(1)
    made = {}
    for name, more in (("with", ()), ("without", ("--without-paint",))):
        assert main(["export", "retouch", str(run), "-o", str(tmp_path / name), *more]) == 0
        form = ort.InferenceSession(tmp_path / name / "form.onnx", providers=["CPUExecutionProvider"])
        inputs = made.get("inputs") or {
            one.name: random.random([1, *one.shape[1:]], np.float32) for one in form.get_inputs()
        }
        made["inputs"] = inputs
        outputs = [one.name for one in form.get_outputs()]
        made[name] = dict(zip(outputs, form.run(outputs, inputs), strict=True))
    assert made["with"]["mask"].max() > 0.5
    assert made["without"]["mask"].max() == 0.0
    for name in set(made["with"]) - {"mask"}:
        assert np.array_equal(made["with"][name], made["without"][name]), name


@pytest.mark.parametrize("damage", ["missing", "text", "other"])
def test_weights_of_another_network_are_refused_in_one_line(
    damage: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run / WEIGHTS
    if damage == "other":
        torch.save({"layer": torch.zeros(3)}, path)
    else:
        path.unlink()
        if damage == "text":
            path.write_bytes(b"not weights")
    assert main(["export", "retouch", str(run), "-o", str(tmp_path / "model")]) == 1
    said = capsys.readouterr().err
    assert "weights.pt holds no weights of this network" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_a_tracker_becomes_a_folder_that_the_bridge_reads(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(random_tracker().state_dict(), run / WEIGHTS)
    folder = tmp_path / "model"
    assert main(["export", "tracker", str(run), "-o", str(folder), "--trial"]) == 0
    model = load_tracker_model(folder)
    assert model.is_trial
    assert model.hours == 1.5  # from the log
    assert "omote-train faces" in model.trained_on
    assert f"next: omote-measure tracker --model {folder}" in capsys.readouterr().err


def test_an_emotion_filter_becomes_a_folder_that_the_runtime_reads(tmp_path: Path) -> None:
    from networks.emotion_filter import HolisticEncoder
    from runtime.inference.emotion_model import load_emotion_model
    from training.emotion.nets import EmotionNets
    from training.emotion.recipe import EmotionRecipe, write_recipe
    from training.emotion.trained import ENCODER

    run, recipe = tmp_path / "run", EmotionRecipe()
    write_recipe(recipe, run)
    torch.save(EmotionNets(recipe).state_dict(), run / WEIGHTS)
    torch.save(HolisticEncoder().state_dict(), run / ENCODER)
    assert main(["export", "emotion", str(run), "-o", str(tmp_path / "model"), "--hours", "0.5"]) == 0
    model = load_emotion_model(tmp_path / "model")
    assert (model.hours, model.is_trial) == (0.5, False)
    assert "movers" in model.trained_on
