"""Exports a torch module as an ONNX graph that every runtime reads.

Weights are stored as float16, each followed by a Cast: every runtime folds the Cast when it loads the graph, so that a CPU
computes in float32 and a GPU in what it is told to.
"""

from __future__ import annotations

import tempfile
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

#: Taken by ONNX Runtime since 1.15, TensorRT since 8.6, DirectML and CoreML.
OPSET: Final = 17
#: Name of a first axis that is free.
BATCH: Final = "batch"
#: Constants with fewer numbers than this stay float32: they are no weights, and cost nothing.
LEAST_HALVED: Final = 32


def onnx_graph(
    module: nn.Module,
    example: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    *,
    is_halved: bool = True,
    is_batched: bool = False,
) -> bytes:
    """An ONNX graph of fixed shapes, its constants folded and its weights halved.

    Args:
        example: arguments of `module`; their shapes become the graph's.
        inputs, outputs: names, in the order of the module's.
        is_halved: whether weights are stored as float16; else as they are.
        is_batched: whether the first axis of all inputs and outputs is free, under the name BATCH.
    """
    traced = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own: the other one needs onnxscript
        torch.onnx.export(
            module,
            example,
            traced,
            dynamo=False,
            opset_version=OPSET,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes={name: {0: BATCH} for name in (*inputs, *outputs)} if is_batched else None,
        )
    graph = _folded(traced.getvalue())
    return _halved(graph) if is_halved else graph


def _folded(graph: bytes) -> bytes:
    """Without the arithmetic on shapes that tracing leaves: standard operators only, for every runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "folded.onnx"
        options.optimized_model_filepath = str(path)
        onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        return path.read_bytes()


def _halved(graph: bytes) -> bytes:
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(graph)
    casts: list[Any] = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != "float32" or values.size < LEAST_HALVED:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype("float16"), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    packed: bytes = model.SerializeToString()
    return packed
