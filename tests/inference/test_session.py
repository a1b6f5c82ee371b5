"""The same network on every provider that can run here, and providers that cannot."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch
from torch import Tensor, nn

from inference.errors import ModelError, ProviderError
from inference.openvino_session import OpenVinoSession
from inference.ort_session import OrtSession, plan_rows
from inference.providers import PROVIDERS, why_not
from inference.session import check_shapes, cpu_threads, open_session
from runtime.inference.retouch_model import load_retouch_model
from tests.networks.retouch_models import halved, random_inputs, random_net, write_random_model
from training.onnx_graph import onnx_graph


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = write_random_model(tmp_path_factory.mktemp("model") / "retouch")
    return load_retouch_model(folder).graphs["form.onnx"]


@pytest.mark.parametrize("provider", ["cpu", "openvino"])
def test_a_session_agrees_with_torch_and_keeps_its_arrays(graph: bytes, provider: str) -> None:
    if why_not(provider):
        pytest.skip(why_not(provider))
    session = open_session(graph, provider, threads=1)
    assert isinstance(session, {"cpu": OrtSession, "openvino": OpenVinoSession}[provider])
    kept = dict(session.outputs)
    net = halved(random_net())
    for seed in (1, 2):
        inputs = dict(zip(("planes", "code", "avatar"), random_inputs(seed), strict=True))
        for name, value in inputs.items():
            session.inputs[name][:] = value
        session.run()
        with torch.no_grad():
            wanted = net(*(torch.from_numpy(value) for value in inputs.values()))._asdict()
        for name, value in wanted.items():
            np.testing.assert_allclose(session.outputs[name], value.numpy(), atol=1e-3, err_msg=name)
    assert all(session.outputs[name] is array for name, array in kept.items())
    assert session.provider == f"{PROVIDERS[provider].shown}, 1 threads"


@pytest.mark.parametrize("provider", list(PROVIDERS))
def test_a_provider_that_is_not_here_says_what_to_install(graph: bytes, provider: str) -> None:
    reason = why_not(provider)
    if not reason:
        pytest.skip(f"{provider} is here")
    with pytest.raises(ProviderError, match="install") as caught:
        open_session(graph, provider)
    assert reason in str(caught.value)


@pytest.mark.parametrize("provider", ["cpu", "openvino"])
def test_a_damaged_graph_is_an_error_of_ours(provider: str) -> None:
    if why_not(provider):
        pytest.skip(why_not(provider))
    with pytest.raises(ProviderError, match=f"{PROVIDERS[provider].shown} failed"):
        open_session(b"no graph", provider)


class Sums(nn.Module):
    """What is added up of two inputs, for each row by itself."""

    def forward(self, picture: Tensor, shift: Tensor) -> Tensor:
        made: Tensor = picture.sum((2, 3)) + shift
        return made


@pytest.fixture(scope="module")
def batched() -> bytes:
    example = (torch.zeros(1, 2, 3, 3), torch.zeros(1, 2))
    return onnx_graph(Sums(), example, ["picture", "shift"], ["out"], is_batched=True)


def test_a_free_first_axis_holds_as_many_rows_as_wanted(batched: bytes) -> None:
    session = open_session(batched, "cpu", 1, most=4)
    assert session.most == 4
    assert session.inputs["picture"].shape == (4, 2, 3, 3)
    random = np.random.default_rng(0)
    for array in session.inputs.values():
        array[:] = random.normal(size=array.shape)
    wanted = session.inputs["picture"].sum((2, 3)) + session.inputs["shift"]
    for rows in (2, 1, 4):
        session.outputs["out"][:] = -7.0
        session.run(rows)
        np.testing.assert_allclose(session.outputs["out"][:rows], wanted[:rows], atol=1e-5)
        assert (session.outputs["out"][rows:] == -7.0).all()  # what was not asked for is not computed


@pytest.mark.parametrize("provider", ["cpu", "openvino"])
def test_a_free_first_axis_is_one_row_unless_more_are_wanted(batched: bytes, provider: str) -> None:
    if why_not(provider):
        pytest.skip(why_not(provider))
    session = open_session(batched, provider, 1, most=1 if provider == "cpu" else 4)
    assert session.most == 1
    session.inputs["picture"][:], session.inputs["shift"][:] = 0.5, 1.0
    session.run()
    np.testing.assert_allclose(session.outputs["out"], [[5.5, 5.5]])


def test_a_graph_of_fixed_shapes_has_one_row(graph: bytes) -> None:
    assert open_session(graph, "cpu", 1, most=4).most == 1


def test_inputs_and_outputs_that_this_version_does_not_know_are_named(graph: bytes) -> None:
    session, file = open_session(graph, "cpu", threads=1), Path("model") / "form.onnx"
    shapes = {"planes": (1, 17, 128, 128), "mask": (1, 1, 128, 128)}
    check_shapes(session, shapes, file)
    with pytest.raises(
        ModelError, match=r"form.onnx: planes has the shape \(1, 17, 128, 128\), expected \(1, 9\)"
    ):
        check_shapes(session, {"planes": (1, 9)}, file)
    with pytest.raises(ModelError, match=r"mist has the shape nothing, .*export the network again"):
        check_shapes(session, {"mist": (1,)}, file)


def test_tensorrt_is_told_the_range_of_rows() -> None:
    """As ONNX Runtime's page of the provider writes them; the provider itself is not run here."""
    assert plan_rows({"a": ["batch", 21, 3], "b": ["batch", 2]}, 4) == {
        "trt_profile_min_shapes": "a:1x21x3,b:1x2",
        "trt_profile_opt_shapes": "a:1x21x3,b:1x2",
        "trt_profile_max_shapes": "a:4x21x3,b:4x2",
    }
    assert plan_rows({"a": [1, 21, 3]}, 4) == {}


def test_threads_do_not_exceed_the_cores_of_this_process() -> None:
    assert 1 <= cpu_threads() <= (os.cpu_count() or 1)
