"""OpenVinoSession: a network in OpenVINO on the CPU.

Source: docs.openvino.ai, "CPU Device": INFERENCE_NUM_THREADS, INFERENCE_PRECISION_HINT; "Integrate
OpenVINO", shared memory.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import ProviderError
from inference.providers import PROVIDERS, import_package
from inference.session import failure

Floats = NDArray[np.float32]


class OpenVinoSession:
    """See `inference.session.Session`."""

    most = 1

    def __init__(self, graph: bytes | Path, threads: int, *, is_bf16: bool = False) -> None:
        """Compile for this CPU and bind. Raises any error of OpenVINO's."""
        openvino = import_package("openvino")
        core = openvino.Core()
        is_bf16 = is_bf16 and "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        model = core.read_model(graph)
        if model.is_dynamic():  # a free first axis
            model.reshape({port.any_name: [1, *list(port.partial_shape)[1:]] for port in model.inputs})
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                # in bfloat16, what says where a picture is bent from is wrong by quarters of a pixel
                "INFERENCE_PRECISION_HINT": "bf16" if is_bf16 else "f32",
            },
        )
        self.provider = f"{PROVIDERS['openvino'].shown}, {threads} threads{', bfloat16' if is_bf16 else ''}"
        self._request = compiled.create_infer_request()
        self.inputs: dict[str, Floats] = {}
        self.outputs: dict[str, Floats] = {}
        for port in compiled.inputs:
            made = self.inputs[port.any_name] = np.zeros(tuple(port.shape), np.float32)
            self._request.set_tensor(port, openvino.Tensor(made, shared_memory=True))
        for port in compiled.outputs:
            made = np.zeros(tuple(port.shape), np.float32)
            # A compiled output has the graph's name and those of layers that were merged into it, in any order.
            self.outputs |= dict.fromkeys(port.names, made)
            self._request.set_tensor(port, openvino.Tensor(made, shared_memory=True))

    def run(self, rows: int = 1) -> None:
        """Compute the outputs; there is one row.

        Raises:
            ProviderError: OpenVINO failed.
        """
        try:
            self._request.infer(share_inputs=True, share_outputs=True)
        except Exception as error:
            raise ProviderError(failure("openvino", error)) from error
