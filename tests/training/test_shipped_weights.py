"""Stored arrays read from graphs made here, and gates in torch's order against torch's own unit."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="reading exported weights needs onnx: pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="the export folds its graph with ONNX Runtime")

import torch
from torch import nn

from training.errors import TrainingError
from training.onnx_graph import onnx_graph
from training.shipped_weights import WeightsByOperator, gru_state, load_weights


@pytest.mark.parametrize("stored", ["float32", "float16", "int8"])
def test_arrays_are_found_by_their_operator_in_order(stored: str) -> None:
    net = nn.Sequential(nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 80, 1))
    graph = onnx_graph(
        net,
        (torch.zeros(1, 3, 8, 8),),
        ["x"],
        ["y"],
        is_halved=stored != "float32",
        is_in_bytes=stored == "int8",
    )
    first, second = WeightsByOperator(graph).of("Conv")
    for got, layer in ((first, net[0]), (second, net[2])):
        for array, weight in zip(got, (layer.weight, layer.bias), strict=True):
            assert array.dtype == np.float32
            np.testing.assert_allclose(
                array,
                weight.detach().numpy(),
                rtol=2**-11 if stored == "float16" else 0.0,
                atol=2e-3 if stored == "int8" else 1e-7,
            )
    assert WeightsByOperator(graph).of("GRU") == []


def test_a_recurrent_unit_read_back_answers_as_before() -> None:
    torch.manual_seed(0)
    unit = nn.GRU(5, 7, batch_first=True)
    # all biases and gates differ, so that two that are exchanged would be seen
    graph = onnx_graph(
        unit, (torch.zeros(1, 4, 5), torch.zeros(1, 1, 7)), ["x", "h"], ["y", "n"], is_halved=False
    )
    again = nn.GRU(5, 7, batch_first=True)
    load_weights(again, gru_state(*WeightsByOperator(graph).of("GRU")[0]), "unit")
    x = torch.randn(2, 30, 5)
    torch.testing.assert_close(again(x)[0], unit(x)[0])


def test_weights_of_another_form_are_named() -> None:
    with pytest.raises(TrainingError, match=r"models/old is a network of another form.*--begin-with"):
        load_weights(nn.Linear(2, 3), nn.Linear(2, 4).state_dict(), "models/old")


def test_what_is_no_onnx_file_is_refused() -> None:
    with pytest.raises(TrainingError, match="no ONNX file"):
        WeightsByOperator(b"\xff" * 40)
