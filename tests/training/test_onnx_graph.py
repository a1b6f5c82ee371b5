from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import onnx
import onnxruntime
import torch
from torch import nn

from training.onnx_graph import in_bytes, onnx_graph


def test_a_graph_computes_what_the_module_computes_with_halved_weights() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.SiLU(), nn.Flatten(), nn.Linear(8 * 16, 5))
    example = torch.randn(1, 3, 4, 4)
    graph = onnx_graph(module, (example,), ["x"], ["y"])
    model = onnx.load_model_from_string(graph)
    large = [one for one in model.graph.initializer if np.prod(one.dims) >= 32]
    assert len(large) == 2
    assert {one.data_type for one in large} == {onnx.TensorProto.FLOAT16}
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (got,) = session.run(["y"], {"x": example.numpy()})
    for parameter in module.parameters():
        if parameter.numel() >= 32:
            parameter.data = parameter.data.half().float()
    wanted = module(example).detach().numpy()
    np.testing.assert_allclose(got, wanted, atol=1e-5)
    assert wanted.std() > 0.1


@pytest.mark.parametrize("axis", [0, 1])
def test_bytes_have_a_scale_for_each_output_or_input(axis: int) -> None:
    """Rows, or columns, of very different sizes keep all their digits."""
    sizes = np.geomspace(1e-3, 10, 12, dtype=np.float32)
    values = np.random.default_rng(0).standard_normal((12, 12, 3, 3)).astype(np.float32)
    values *= sizes.reshape([-1 if one == axis else 1 for one in range(4)])
    levels, scale = in_bytes(values)
    assert levels.dtype == np.int8
    off = np.abs(levels * scale - values).max(tuple(one for one in range(4) if one != axis))
    assert (off < 0.02 * sizes).all()


def test_a_graph_with_matrices_in_bytes_is_half_as_large_and_computes_nearly_the_same() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(64, 128), nn.SiLU(), nn.Linear(128, 64))
    example = torch.randn(5, 64)
    whole, packed = (onnx_graph(module, (example,), ["x"], ["y"], is_in_bytes=one) for one in (False, True))
    assert len(packed) < 0.6 * len(whole)
    session = onnxruntime.InferenceSession(packed, providers=["CPUExecutionProvider"])
    (got,) = session.run(["y"], {"x": example.numpy()})
    wanted = module(example).detach().numpy()
    assert np.abs(got - wanted).max() < 0.03 * np.abs(wanted).max()
