"""Session: one network on one provider, with inputs and outputs that are allocated once.

session = open_session(graph, "openvino")
session.inputs["planes"][:] = planes
session.run()
session.outputs["flow"]            # overwritten by the next run
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.errors import ModelError, ProviderError
from inference.providers import PROVIDERS, why_not

Floats = NDArray[np.float32]


class Session(Protocol):
    """A loaded network. `run` belongs to one thread; it releases the GIL while it computes.

    Attributes:
        provider: what computes, for the status: "OpenVINO, 2 threads".
        inputs, outputs: name -> float32 array of the session's; written before and read after `run`.
        most: of how many rows these arrays are, where the graph's first axis is free; else 1.
    """

    provider: str
    inputs: dict[str, Floats]
    outputs: dict[str, Floats]
    most: int

    def run(self, rows: int = 1) -> None:
        """Compute the outputs.

        Args:
            rows: how many of the first rows are computed, 1..`most`; a graph without a free axis computes all it has.

        Raises:
            ProviderError: the provider failed.
        """
        ...


def open_session(
    graph: bytes | Path, provider: str, threads: int = 0, *, most: int = 1, is_bf16: bool = False
) -> Session:
    """Load a network; takes from a tenth of a second to minutes (see `Provider.builds_plans`).

    Args:
        graph: ONNX, or a file of it, of fixed shapes, float32 at its inputs and outputs; the first axis of all of them
            may be free, under the name "batch".
        provider: of PROVIDERS.
        threads: of a provider on the CPU; 0 = `cpu_threads()`.
        most: rows of a free first axis; 1 on a provider that does not batch (`Provider.batches`).
        is_bf16: OpenVINO may compute in bfloat16, where the CPU has instructions for it.

    Raises:
        ProviderError: the provider cannot run it here; says why and what to do.
    """
    reason = why_not(provider)
    if reason:
        raise ProviderError(f"{PROVIDERS[provider].shown} cannot run: {reason}")
    module = "inference.ort_session" if PROVIDERS[provider].execution_provider else ""
    most = most if PROVIDERS[provider].batches else 1
    try:
        if module:
            made: Session = import_module(module).OrtSession(graph, provider, threads or cpu_threads(), most)
        else:
            module = "inference.openvino_session"
            made = import_module(module).OpenVinoSession(graph, threads or cpu_threads(), is_bf16=is_bf16)
    except ProviderError:
        raise
    except Exception as error:  # inference libraries raise what they like
        raise ProviderError(failure(provider, error)) from error
    return made


def check_shapes(session: Session, shapes: Mapping[str, tuple[int, ...]], file: Path) -> None:
    """Check that a graph has the inputs and outputs that this version knows.

    Args:
        shapes: name -> shape of each. file: of the graph, for the message.

    Raises:
        ModelError: one is missing, or has another shape.
    """
    arrays = session.inputs | session.outputs
    for name, shape in shapes.items():
        got = arrays[name].shape if name in arrays else "nothing"
        if got != shape:
            raise ModelError(
                f"{file}: {name} has the shape {got}, expected {shape}; export the network again with this version"
            )


def failure(provider: str, error: Exception) -> str:
    """A library's exception in one line."""
    return (
        f"{PROVIDERS[provider].shown} failed ({type(error).__name__}: {' '.join(str(error).split())[:300]})"
    )


def cpu_threads() -> int:
    """Threads for a network on the CPU: small convolutions gain little beyond four.

    The software OpenGL driver uses the same cores, but never at the same time: a frame's draft is finished before its
    network runs. Waiting threads must sleep, though; sessions switch spinning off.
    """
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(4, len(os.sched_getaffinity(0))))
    return max(1, min(4, (os.cpu_count() or 1) // 2))
