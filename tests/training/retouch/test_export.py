"""The exported graphs compute what the torch network computes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import onnx
import onnxruntime
import torch

from face.regions import REGIONS
from networks.retouch_steps import next_step, part_of
from runtime.inference.retouch_model import load_retouch_model
from runtime.inference.retouch_network import BEFORE
from tests.networks.retouch_models import (
    halved,
    learn_steps,
    random_inputs,
    random_net,
    random_regions,
    write_random_model,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("model") / "retouch")


def run(folder: Path, file: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession((folder / file).read_bytes(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def test_the_form_graph_agrees_with_torch(folder: Path) -> None:
    planes, code, avatar = random_inputs()
    got = run(folder, "form.onnx", planes=planes, code=code, avatar=avatar)
    with torch.no_grad():
        wanted = halved(random_net())(*(torch.from_numpy(one) for one in (planes, code, avatar)))._asdict()
    assert list(got) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(got[name], value.numpy(), atol=2e-4, err_msg=name)
        assert value.std() > 1e-3, f"{name} is trivial, so the comparison says nothing"


def test_the_graph_of_one_step_of_several_agrees_with_torch(tmp_path: Path) -> None:
    folder = write_random_model(tmp_path / "retouch", has_steps=True)
    planes, code, avatar = random_inputs()
    net = halved(learn_steps(random_net()))
    left, share = np.full((1, 1), 0.5, np.float32), np.full((1, 1), 1.0, np.float32)
    inputs = [torch.from_numpy(one) for one in (planes, code, avatar)]
    with torch.no_grad():
        before = part_of(net(*inputs), torch.from_numpy(left))
        wanted = next_step(
            lambda seen, left_of_it: net(seen, *inputs[1:], left_of_it),
            inputs[0],
            before,
            torch.from_numpy(left),
            torch.from_numpy(share),
        )._asdict()
    given = {f"{name}_before": getattr(before, name).numpy() for name in BEFORE}
    got = run(folder, "step.onnx", planes=planes, code=code, avatar=avatar, left=left, share=share, **given)
    assert list(got) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(got[name], value.numpy(), atol=2e-3, err_msg=name)
    assert set(load_retouch_model(folder).graphs) == {"avatar.onnx", "form.onnx", "step.onnx"}


def test_the_avatar_graph_agrees_with_torch(folder: Path) -> None:
    planes, _, _ = random_inputs()
    got = run(folder, "avatar.onnx", planes=planes)["avatar"]
    with torch.no_grad():
        wanted = halved(random_net()).avatar(torch.from_numpy(planes)).numpy()
    np.testing.assert_allclose(got, wanted, atol=2e-4)


def test_weights_are_stored_in_half_and_operators_are_standard(folder: Path) -> None:
    for file in ("form.onnx", "avatar.onnx"):
        model = onnx.load(folder / file)
        assert [one.domain for one in model.opset_import if one.domain == ""]
        assert {node.domain for node in model.graph.node} == {""}
        large = [one for one in model.graph.initializer if np.prod(one.dims) >= 1000]
        assert {one.data_type for one in large} <= {onnx.TensorProto.FLOAT16, onnx.TensorProto.FLOAT}
        stored = sum(len(one.raw_data) for one in large if one.data_type == onnx.TensorProto.FLOAT16)
        assert stored > 0.9 * sum(len(one.raw_data) for one in large)
        for value in [*model.graph.input, *model.graph.output]:
            assert all(dim.dim_value > 0 for dim in value.type.tensor_type.shape.dim), "shapes are fixed"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 12 * 1024 * 1024


def test_the_manifest_names_the_files_and_what_they_are(folder: Path) -> None:
    loaded = load_retouch_model(folder)
    assert (loaded.name, loaded.numbers["avatar_code"], loaded.hours) == ("retouch", 24, 0.0)
    assert loaded.trained_on == "nothing: random weights"
    assert {name: hashlib.sha256(graph).hexdigest() for name, graph in loaded.graphs.items()} == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("avatar.onnx", "form.onnx")
    }


def test_the_region_graph_agrees_with_torch(tmp_path: Path) -> None:
    folder = write_random_model(tmp_path / "model", has_regions=True)
    nets = halved(random_regions())
    _, code, avatar = random_inputs()
    inputs, wanted = {"code": code, "avatar": avatar}, {}
    for name, region in REGIONS.items():
        random = np.random.default_rng(len(name))
        crop = random.random((1, 4, region.height, region.width)).astype(np.float32)
        planes = random.normal(size=(1, 13, region.height // 2, region.width // 2)).astype(np.float32)
        inputs |= {f"{name}_crop": crop, f"{name}_planes": planes}
        with torch.no_grad():
            fields = nets.region(name)(*(torch.from_numpy(one) for one in (crop, planes, code, avatar)))
        wanted |= {f"{name}_{part}": value.numpy() for part, value in fields._asdict().items()}
    got = run(folder, "regions.onnx", **inputs)
    assert list(got) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(got[name], value, atol=2e-3, err_msg=name)
        assert value.std() > 1e-3, f"{name} is trivial, so the comparison says nothing"
    assert set(load_retouch_model(folder).graphs) == {"avatar.onnx", "form.onnx", "regions.onnx"}
