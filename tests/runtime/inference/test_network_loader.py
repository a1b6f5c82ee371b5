"""Which provider is taken, and what is said of the others. Real sessions where this machine has them."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from functools import partial

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from inference.errors import ProviderError
from inference.model_folder import ModelFolder
from inference.providers import why_not
from runtime.inference.network_loader import NetworkLoader
from runtime.inference.retouch_model import load_retouch_model
from runtime.inference.retouch_network import RetouchNetwork
from tests.networks.retouch_models import write_random_model
from tests.waiting import until


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    return load_retouch_model(write_random_model(tmp_path_factory.mktemp("model") / "retouch"))


def test_the_first_provider_that_works_is_taken_and_the_others_are_named(model: ModelFolder) -> None:
    if not why_not("cuda"):
        pytest.skip("this machine has CUDA")
    loader = NetworkLoader(partial(RetouchNetwork, model), ("cuda", "cpu"), time.perf_counter)
    assert loader.load().name == "cpu"
    (note,) = loader.notes()
    assert note.startswith("cuda: ")
    assert "install" in note


def test_auto_names_no_provider_that_nobody_asked_for(model: ModelFolder) -> None:
    loader = NetworkLoader(partial(RetouchNetwork, model), ("auto",), time.perf_counter)
    assert loader.load().name in ("tensorrt", "cuda", "directml", "coreml", "openvino", "cpu")
    assert loader.notes() == []


def test_without_any_provider_every_reason_is_given(model: ModelFolder) -> None:
    if not why_not("cuda") or not why_not("directml"):
        pytest.skip("this machine has a GPU provider")
    with pytest.raises(ProviderError, match=r"cuda: .*; directml: "):
        NetworkLoader(partial(RetouchNetwork, model), ("cuda", "directml"), time.perf_counter)


def test_in_the_background_it_is_taken_once_when_it_is_ready(model: ModelFolder) -> None:
    loader = NetworkLoader(partial(RetouchNetwork, model), ("cpu",), time.perf_counter)
    assert loader.take() is None
    loader.start()
    found = until(loader.take)
    assert isinstance(found, RetouchNetwork)
    assert loader.take() is None
    assert loader.failure == ""
    loader.close()
    loader.close()


def test_a_network_that_cannot_be_loaded_in_the_background_leaves_its_reason(model: ModelFolder) -> None:
    damaged = dict.fromkeys(model.graphs, b"damaged")
    broken = replace(model, graphs=damaged)
    loader = NetworkLoader(partial(RetouchNetwork, broken), ("cpu",), time.perf_counter)
    loader.start()
    assert "ONNX Runtime, CPU failed" in until(lambda: loader.failure)
    assert loader.take() is None
    with pytest.raises(ProviderError, match="no provider can run the network: cpu: "):
        NetworkLoader(partial(RetouchNetwork, broken), ("cpu",), time.perf_counter).load()
    assert loader.notes()[0].startswith("cpu: ")


@pytest.mark.parametrize("slower", [0, 1])
def test_auto_times_the_providers_on_the_cpu_and_takes_the_faster(model: ModelFolder, slower: int) -> None:
    """The clock is chosen: every run of one of the two takes ten times as long."""
    if why_not("openvino") or not all(map(why_not, ("tensorrt", "cuda", "directml", "coreml"))):
        pytest.skip("needs OpenVINO, and no GPU")
    calls = itertools.count()
    now = [0.0]

    def clock() -> float:
        number = next(calls)  # two calls a run, eight runs a provider
        now[0] += 10.0 if number // 16 == slower else 1.0
        return now[0]

    assert NetworkLoader(partial(RetouchNetwork, model), ("auto",), clock).load().name == (
        "cpu" if slower == 0 else "openvino"
    )


def test_a_provider_that_compiles_plans_comes_second(
    model: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No TensorRT is here: its place is taken by the CPU under its name, which only changes the order."""
    opened: list[str] = []

    class Named(RetouchNetwork):
        def __init__(self, model: ModelFolder, provider: str) -> None:
            super().__init__(model, "cpu", 1)
            self.name = provider
            opened.append(provider)

    monkeypatch.setattr("runtime.inference.network_loader.why_not", lambda name: "")
    loader = NetworkLoader(partial(Named, model), ("tensorrt", "cuda", "cpu"), time.perf_counter)
    loader.start()
    names: list[str] = []
    until(lambda: ((found := loader.take()) is not None and names.append(found.name)) or "tensorrt" in names)
    assert opened == ["cuda", "tensorrt"]  # and the CPU never: it is worse than what runs
