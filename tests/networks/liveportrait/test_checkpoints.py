"""Checkpoints as people have them are loaded; a file that is damaged, hostile or of another network is named."""

from __future__ import annotations

import json
import pickle
import struct
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from networks.errors import CheckpointError
from networks.liveportrait.appearance import AppearanceExtractor
from networks.liveportrait.checkpoints import (
    FILES,
    filled,
    load_networks,
    part_of,
    read_state,
    without_spectral_norm,
)
from networks.liveportrait.motion import MotionExtractor
from networks.liveportrait.retargeting import eye_retargeting, lip_retargeting, stitching
from networks.liveportrait.warping import WarpingNetwork
from tests.networks.liveportrait.random_weights import NARROW, numbers, randomised
from tests.networks.liveportrait.test_networks import spectral_state

TINY = replace(NARROW, spade_hidden=4)
KINDS = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}
PARTS = {"retarget_shoulder": stitching, "retarget_mouth": lip_retargeting, "retarget_eye": eye_retargeting}


def safetensors(state: dict[str, Tensor]) -> bytes:
    """The format, by its specification."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in state.items():
        raw = value.contiguous().numpy().tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": KINDS[value.dtype], "shape": list(value.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def states() -> dict[str, dict[str, Tensor]]:
    return {
        "appearance_feature_extractor": randomised(AppearanceExtractor(NARROW), 1).state_dict(),
        "motion_extractor": randomised(MotionExtractor(NARROW), 2).state_dict(),
        "warping_module": randomised(WarpingNetwork(NARROW), 3).state_dict(),
        "spade_generator": spectral_state(4, TINY),
    }


def retargeters() -> dict[str, dict[str, Tensor]]:
    return {name: randomised(make(), 5).state_dict() for name, make in PARTS.items()}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both kinds of files in one folder."""
    folder = tmp_path_factory.mktemp("weights")
    for name, state in states().items():
        torch.save(state, folder / f"{name}.pth")
        (folder / f"{name}.safetensors").write_bytes(safetensors(state))
    parts = retargeters()
    # as saved by a training on several GPUs
    wrapped = {
        part: {f"module.{key}": value for key, value in state.items()} for part, state in parts.items()
    }
    torch.save(wrapped, folder / "stitching_retargeting_module.pth")
    flat = {f"{part}_module.{key}": value for part, state in parts.items() for key, value in state.items()}
    (folder / "stitching_retargeting_module.safetensors").write_bytes(safetensors(flat))
    return folder


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_all_networks_get_their_weights(checkpoints: Path, ending: str) -> None:
    networks = load_networks({name: checkpoints / f"{name}{ending}" for name in FILES}, TINY)
    truth = states()
    for network, name in (
        (networks.appearance, "appearance_feature_extractor"),
        (networks.motion, "motion_extractor"),
        (networks.warping, "warping_module"),
    ):
        for key, value in network.state_dict().items():
            if not key.endswith("num_batches_tracked"):
                assert torch.equal(value, truth[name][key])
    for network, make in ((networks.stitching, stitching), (networks.eye, eye_retargeting)):
        x = numbers(6, 1, make().mlp[0].in_features)
        assert torch.equal(network(x), randomised(make(), 5)(x))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CheckpointError, match="not given: motion_extractor"):
        load_networks({name: Path(name) for name in FILES if name != "motion_extractor"})


def test_another_networks_file_is_refused_by_name_and_shape() -> None:
    state = states()["appearance_feature_extractor"]
    state["first.conv.weight"] = state["first.conv.weight"][:, :2]
    state["extra"] = state.pop("second.bias")
    with pytest.raises(CheckpointError) as caught:
        filled(AppearanceExtractor(NARROW), state, Path("here/f.pth"))
    text = str(caught.value)
    assert "here/f.pth does not fit AppearanceExtractor" in text
    assert "second.bias is missing" in text
    assert "extra is unknown" in text
    assert "first.conv.weight has the shape (16, 2, 3, 3), expected (16, 3, 3, 3)" in text


def test_numbers_that_are_not_finite_are_refused() -> None:
    state = stitching().state_dict()
    state["mlp.0.bias"][3] = float("nan")
    with pytest.raises(CheckpointError, match=r"mlp\.0\.bias holds numbers that are not finite"):
        filled(stitching(), state, Path("s.pth"))


def test_half_precision_is_taken() -> None:
    state = {name: value.half() for name, value in stitching().state_dict().items()}
    network = filled(stitching(), state, Path("s.safetensors"))
    assert network.mlp[0].weight.dtype == torch.float32


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("it ran",)

    for path, save in ((tmp_path / "a.pth", torch.save), (tmp_path / "b.pth", None)):
        if save is None:
            path.write_bytes(pickle.dumps(Hostile()))
        else:
            save(Hostile(), path)
        with pytest.raises(CheckpointError, match="no checkpoint that can be read safely"):
            read_state(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        struct.pack("<Q", 1 << 60) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 7) + b'{"a":1}',
        safetensors({"a": torch.zeros(4)})[:-1],
        safetensors({"a": torch.zeros(4)}).replace(b"[4]", b"[5]"),
        safetensors({"a": torch.zeros(4)}).replace(b"F32", b"X99"),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="no checkpoint that can be read safely"):
        read_state(path)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no retarget_eye"):
        part_of({"retarget_mouth": {}}, "retarget_eye", tmp_path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_state(tmp_path / "missing.pth")


def test_spectral_normalisation_is_divided_by_its_own_estimate() -> None:
    """A weight of rank one, 6 times the product of unit vectors: its norm is 6."""
    u, v = torch.tensor([0.6, 0.8]), torch.tensor([0.0, 1.0, 0.0])
    state = {"c.weight_orig": 6.0 * torch.outer(u, v), "c.weight_u": u, "c.weight_v": v, "c.bias": u}
    made = without_spectral_norm(state)
    assert set(made) == {"c.weight", "c.bias"}
    torch.testing.assert_close(made["c.weight"], torch.outer(u, v))
