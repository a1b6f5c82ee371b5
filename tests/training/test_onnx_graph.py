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

from training.onnx_graph import onnx_graph


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
