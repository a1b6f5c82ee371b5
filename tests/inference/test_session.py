"""The same network on every provider that can run here, and providers that cannot."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from inference.errors import ProviderError
from inference.openvino_session import OpenVinoSession
from inference.ort_session import OrtSession
from inference.providers import PROVIDERS, why_not
from inference.session import cpu_threads, open_session
from runtime.inference.retouch_model import load_retouch_model
from tests.networks.retouch_models import halved, random_inputs, random_net, write_random_model


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


def test_threads_do_not_exceed_the_cores_of_this_process() -> None:
    assert 1 <= cpu_threads() <= (os.cpu_count() or 1)
