"""The exported graphs compute what the torch network computes, also frame by frame from a stream's beginning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import onnxruntime
import torch

from inference.model_folder import ModelKind, load_model_folder
from networks.dit_design import DitDesign
from networks.flow import FLOWS
from tests.networks.dits import INPUTS, clean, random_dit, random_inputs, small_design
from training.diffusion.export import FRAMES_FILE, PORTRAIT_FILE, export_diffusion
from training.model_folder_writer import ModelCard

FRAMES = 6


def sessions(folder: Path) -> dict[str, onnxruntime.InferenceSession]:
    return {
        path.stem: onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
        for path in folder.glob("*.onnx")
    }


def streamed(folder: Path, design: DitDesign, inputs: dict[str, torch.Tensor]) -> np.ndarray:
    """The clean frames of a clip, a chunk at a time, with the cache that a caller keeps."""
    run = sessions(folder)
    arrays = {name: value.numpy() for name, value in inputs.items()}
    fixed = {}
    if "portrait" in run:
        names = ("portrait_keys", "portrait_values")
        seen = {"planes": arrays["portrait_planes"], "maps": arrays["portrait_maps"]}
        fixed = dict(zip(names, run["portrait"].run(None, seen), strict=True))
    cache = {
        one.name: np.zeros(one.shape, np.float32)
        for one in run["frames"].get_inputs()
        if one.name in ("past_keys", "past_values", "given")
    }
    made = []
    for begin in range(0, FRAMES, design.chunk):
        chunk = {name: arrays[name][:, begin : begin + design.chunk] for name in INPUTS[:7]}
        picture, keys, values = run["frames"].run(["clean", "keys", "values"], chunk | fixed | cache)
        made.append(picture)
        if cache:
            for name, now in (("past_keys", keys), ("past_values", values)):
                cache[name] = np.concatenate([cache[name], now], 2)[:, :, design.chunk :]
            cache["given"] = np.append(cache["given"], np.ones(design.chunk, np.float32))[design.chunk :]
    return np.concatenate(made, 1)


@pytest.mark.parametrize(
    "design",
    [
        small_design(chunk=1, window=3),
        small_design(chunk=2, window=2, codec="patch", without=frozenset({"reference"})),
        small_design(chunk=1, window=1),
    ],
    ids=["two past frames", "chunks of two without a portrait", "no past"],
)
def test_a_streamed_clip_agrees_with_torch(design: DitDesign, tmp_path: Path) -> None:
    inputs = random_inputs(design, frames=FRAMES)
    net = random_dit(design)
    for name, is_in_bytes in (("whole", False), ("bytes", True)):
        export_diffusion(
            net, FLOWS["bridge"], tmp_path / name, ModelCard("nothing", 0.0), is_in_bytes=is_in_bytes
        )
    with torch.no_grad():
        wanted = clean(net, inputs).numpy()
    np.testing.assert_allclose(streamed(tmp_path / "whole", design, inputs), wanted, atol=1e-4)
    # int8 weights, and a draft of pure noise that they bend
    assert np.abs(streamed(tmp_path / "bytes", design, inputs) - wanted).mean() < 0.05 * wanted.std()
    assert wanted.std() > 0.1
    assert (tmp_path / "bytes" / PORTRAIT_FILE).exists() == ("reference" not in design.without)


def test_the_manifest_says_what_a_program_must_know(tmp_path: Path) -> None:
    design = small_design(chunk=2, window=2)
    export_diffusion(random_dit(design), FLOWS["bridge"], tmp_path, ModelCard("nothing", 1.5, is_trial=True))
    numbers = dict.fromkeys(("side", "grid", "chunk", "past", "from_draft", "noise_percent"), (0, 10_000))
    kind = ModelKind("diffusion", files=(FRAMES_FILE,), extra=(PORTRAIT_FILE,), limits=numbers)
    found = load_model_folder(tmp_path, kind)
    assert (found.hours, found.is_trial) == (1.5, True)
    assert dict(found.numbers) == {
        "side": 32, "grid": 4, "chunk": 2, "past": 2, "from_draft": 1, "noise_percent": 0,
    }  # fmt: skip
