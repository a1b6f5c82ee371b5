"""OrtSession: a network in ONNX Runtime, with its inputs and outputs bound to arrays once.

CPU is run in the tests. TensorRT, CUDA, DirectML and CoreML follow their documentation and were not tried.

Source: onnxruntime.ai/docs/execution-providers, "Configurations" of each provider; "DirectML does not support memory
pattern optimizations or parallel execution"; /docs/performance/tune-performance/threading, "Thread spinning behavior".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.cache_folder import cache_folder
from inference.errors import ProviderError
from inference.providers import PROVIDERS, import_package
from inference.session import failure

Floats = NDArray[np.float32]
#: Name -> shape, as ONNX Runtime says it: an axis that is free has a name or nothing.
Shapes = dict[str, list[int | str | None]]

#: Name of a first axis that is free, in files of `omote-train`.
BATCH: Final = "batch"


def _tensorrt() -> dict[str, str]:
    folder = str(cache_folder())
    return {
        "trt_fp16_enable": "1",
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": folder,
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": folder,
    }


def _coreml() -> dict[str, str]:
    return {
        "ModelFormat": "MLProgram",
        "MLComputeUnits": "ALL",
        "RequireStaticInputShapes": "1",
        "ModelCacheDirectory": str(cache_folder()),
    }


#: Options of providers that need some. CUDA: heuristics instead of minutes of trying every algorithm.
_OPTIONS: Final[dict[str, Callable[[], dict[str, str]]]] = {
    "tensorrt": _tensorrt,
    "cuda": lambda: {"cudnn_conv_algo_search": "HEURISTIC"},
    "coreml": _coreml,
}


def plan_rows(shapes: Shapes, most: int) -> dict[str, str]:
    """TensorRT's options for one plan for 1..`most` rows, fastest for one; none where the first axis is fixed.

    Source: onnxruntime.ai, "TensorRT Execution Provider", explicit shape range: all inputs, by the name of each.
    """
    if not any(map(_is_free, shapes.values())):
        return {}

    def listed(rows: int) -> str:
        return ",".join(f"{name}:{'x'.join(map(str, _rows(shape, rows)))}" for name, shape in shapes.items())

    return {
        "trt_profile_min_shapes": listed(1),
        "trt_profile_opt_shapes": listed(1),
        "trt_profile_max_shapes": listed(most),
    }


def _is_free(shape: list[int | str | None]) -> bool:
    """Whether the first axis is."""
    return bool(shape) and not isinstance(shape[0], int)


def _rows(shape: list[int | str | None], rows: int) -> list[int]:
    """A shape of numbers; one that names another axis raises ValueError or TypeError."""
    rest: Any = shape[1:] if _is_free(shape) else shape
    return [*([rows] if _is_free(shape) else []), *map(int, rest)]


def _input_shapes(onnxruntime: Any, graph: bytes | Path) -> Shapes:
    """Of a graph, before a provider compiles it."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    read = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return {one.name: list(one.shape) for one in read.get_inputs()}


class OrtSession:
    """See `inference.session.Session`."""

    def __init__(self, graph: bytes | Path, provider: str, threads: int, most: int = 1) -> None:
        """Load and bind.

        Raises:
            ProviderError: ONNX Runtime came up on another provider. Any error of ONNX Runtime's.
        """
        onnxruntime = import_package("onnxruntime")
        kind = PROVIDERS[provider]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads if kind.computes_on_cpu else 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.enable_mem_pattern = provider != "directml"
        # A thread that spins would take a core from the OpenGL driver and from other programs after every run.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted: list[Any] = [(kind.execution_provider, _OPTIONS.get(provider, dict)())]
        if most == 1:
            options.add_free_dimension_override_by_name(BATCH, 1)
        if provider == "tensorrt":  # its own rest: nodes that a plan cannot hold
            if most > 1:
                wanted[0][1].update(plan_rows(_input_shapes(onnxruntime, graph), most))
            wanted.append(("CUDAExecutionProvider", _OPTIONS["cuda"]()))
        if kind.execution_provider != "CPUExecutionProvider":
            wanted.append(("CPUExecutionProvider", {}))
        self._session = onnxruntime.InferenceSession(graph, options, providers=wanted, enable_fallback=0)
        got = self._session.get_providers()
        if not got or got[0] != kind.execution_provider:
            raise ProviderError(
                f"{kind.shown} cannot run: expected {kind.execution_provider}, ONNX Runtime came up on "
                f"{', '.join(got) or 'nothing'}; check the driver and the libraries that {kind.packages} needs"
            )
        self.provider = f"{kind.shown}, {threads} threads" if kind.computes_on_cpu else kind.shown
        self._name = provider
        given, made = self._session.get_inputs(), self._session.get_outputs()
        self.most = most if any(_is_free(one.shape) for one in given) else 1
        self.inputs: dict[str, Floats] = {
            one.name: np.zeros(_rows(one.shape, self.most), np.float32) for one in given
        }
        self.outputs: dict[str, Floats] = {
            one.name: np.zeros(_rows(one.shape, self.most), np.float32) for one in made
        }
        self._bindings = [self._bound(rows) for rows in range(1, self.most + 1)]

    def _bound(self, rows: int) -> Any:
        """The arrays' first rows; all of an array where the first axis is fixed."""
        binding = self._session.io_binding()
        for arrays, bind in ((self.inputs, binding.bind_input), (self.outputs, binding.bind_output)):
            for name, array in arrays.items():
                part = array[:rows] if self.most > 1 else array
                bind(name, "cpu", 0, np.float32, part.shape, part.ctypes.data)
        return binding

    def run(self, rows: int = 1) -> None:
        """Compute the outputs; copies to and from a GPU are part of it.

        Raises:
            ProviderError: the provider failed.
        """
        try:
            self._session.run_with_iobinding(self._bindings[rows - 1])
        except Exception as error:
            raise ProviderError(failure(self._name, error)) from error
