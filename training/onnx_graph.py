"""Exports a torch module as an ONNX graph that every runtime reads.

Weights are stored as float16, each followed by a Cast, or matrices as int8 with scales, followed by a Cast and a Div: every
runtime folds these when it loads the graph, so that a CPU computes in float32 and a GPU in what it is told to. It makes
files smaller and nothing else.
"""

from __future__ import annotations

import tempfile
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

#: Taken by ONNX Runtime since 1.15, TensorRT since 8.6, DirectML and CoreML.
OPSET: Final = 17
#: Name of a first axis that is free.
BATCH: Final = "batch"
#: Constants with fewer numbers than this stay float32: they are no weights, and cost nothing.
LEAST_HALVED: Final = 32
#: Matrices and kernels with fewer numbers than this are not stored as int8.
LEAST_IN_BYTES: Final = 4096


def onnx_graph(
    module: nn.Module,
    example: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    *,
    is_halved: bool = True,
    is_in_bytes: bool = False,
    is_batched: bool = False,
) -> bytes:
    """An ONNX graph of fixed shapes, its constants folded and its weights halved.

    Args:
        example: arguments of `module`; their shapes become the graph's.
        inputs, outputs: names, in the order of the module's.
        is_halved: whether weights are stored as float16; else as they are.
        is_in_bytes: whether large matrices are stored as int8 instead, half as large again.
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
    return _halved(graph, is_in_bytes=is_in_bytes) if is_halved or is_in_bytes else graph


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


def _halved(graph: bytes, *, is_in_bytes: bool) -> bytes:
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(graph)
    casts: list[Any] = []
    scales: list[Any] = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != "float32" or values.size < LEAST_HALVED:
            continue
        name = weight.name
        if is_in_bytes and values.ndim > 1 and values.size >= LEAST_IN_BYTES:
            levels, scale = in_bytes(values)
            weight.CopyFrom(numpy_helper.from_array(levels, f"{name}.bytes"))
            scales.append(numpy_helper.from_array(1.0 / scale, f"{name}.steps"))
            casts.append(
                onnx.helper.make_node(
                    "Cast", [f"{name}.bytes"], [f"{name}.levels"], to=onnx.TensorProto.FLOAT
                )
            )
            # a Mul would be kept as OpenVINO's compressed weights, whose bfloat16 kernels end the process (2026.4)
            casts.append(onnx.helper.make_node("Div", [f"{name}.levels", f"{name}.steps"], [name]))
            continue
        weight.CopyFrom(numpy_helper.from_array(values.astype("float16"), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    model.graph.initializer.extend(scales)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    packed: bytes = model.SerializeToString()
    return packed


def in_bytes(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix as int8 of -127..127, and the scale of each row or column: whichever loses less.

    Args:
        values: (N, M, ...) float32.
    """
    found = []
    for axis in (0, 1):
        others = tuple(one for one in range(values.ndim) if one != axis)
        scale = np.maximum(np.abs(values).max(others, keepdims=True), 1e-12).astype(np.float32) / np.float32(
            127
        )
        levels = np.round(values / scale).astype(np.int8)
        found.append((float(np.square(levels * scale - values).sum()), levels, scale))
    _, levels, scale = min(found, key=lambda one: one[0])
    return levels, scale
