from __future__ import annotations

import sys
import types

import pytest

from inference.errors import ProviderError
from inference.providers import PROVIDERS, wanted_providers, why_not


def test_auto_stands_for_all_that_are_not_named_before_it() -> None:
    assert wanted_providers(("auto",)) == tuple(PROVIDERS)
    assert wanted_providers(("cpu", "cuda")) == ("cpu", "cuda")
    assert wanted_providers(("cpu", "auto"))[:2] == ("cpu", "tensorrt")
    assert sorted(wanted_providers(("cpu", "auto"))) == sorted(PROVIDERS)
    assert wanted_providers(("cuda", "cuda")) == ("cuda",)


def test_gpus_come_before_cpus() -> None:
    on_cpu = [provider.computes_on_cpu for provider in PROVIDERS.values()]
    assert on_cpu == sorted(on_cpu)


@pytest.mark.parametrize("named", [(), ("gpu",), ("cpu", "CUDA")])
def test_unknown_names_are_refused_with_the_known_ones(named: tuple[str, ...]) -> None:
    with pytest.raises(
        ProviderError, match="choose from auto, tensorrt, cuda, directml, coreml, openvino, cpu"
    ):
        wanted_providers(named)


def test_a_missing_package_and_a_broken_one_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = types.ModuleType("onnxruntime")  # without a single function, as after a failed update
    broken.__spec__ = types.SimpleNamespace(name="onnxruntime")  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "onnxruntime", broken)
    assert "is broken" in why_not("cpu")
    assert "reinstall" in why_not("cpu")
    monkeypatch.setattr("inference.providers.find_spec", lambda name: None)
    assert why_not("cuda") == "the package onnxruntime is not installed; pip install onnxruntime-gpu"
    assert why_not("openvino") == "the package openvino is not installed; pip install openvino"


def test_what_this_onnxruntime_lacks_is_named_with_what_it_has() -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    has = onnxruntime.get_available_providers()
    for name, provider in PROVIDERS.items():
        if provider.execution_provider and provider.execution_provider not in has:
            assert f"expected {provider.execution_provider}" in why_not(name)
            assert has[-1] in why_not(name)
    assert why_not("cpu") == ""
