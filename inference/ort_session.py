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


class OrtSession:
    """See `inference.session.Session`."""

    def __init__(self, graph: bytes | Path, provider: str, threads: int) -> None:
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
        if provider == "tensorrt":  # its own rest: nodes that a plan cannot hold
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
        self._binding = self._session.io_binding()
        self.inputs: dict[str, Floats] = {}
        self.outputs: dict[str, Floats] = {}
        for one in self._session.get_inputs():
            made = self.inputs[one.name] = np.zeros(one.shape, np.float32)
            self._binding.bind_input(one.name, "cpu", 0, np.float32, made.shape, made.ctypes.data)
        for one in self._session.get_outputs():
            made = self.outputs[one.name] = np.zeros(one.shape, np.float32)
            self._binding.bind_output(one.name, "cpu", 0, np.float32, made.shape, made.ctypes.data)

    def run(self) -> None:
        """Compute the outputs; copies to and from a GPU are part of it.

        Raises:
            ProviderError: the provider failed.
        """
        try:
            self._session.run_with_iobinding(self._binding)
        except Exception as error:
            raise ProviderError(failure(self._name, error)) from error
