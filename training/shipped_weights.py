"""Shipped weights: the numbers in an exported ONNX graph, for a training that goes on from a network that ships.

    weights = WeightsByOperator(folder.graphs["voice.onnx"])
    weights.of("Conv")              # one tuple of arrays for each convolution, in the order of the graph
    gru_state(*weights.of("GRU")[0], prefix="recurrent.")

Only reads: which array belongs to which layer is each network's own to say, since an export folds, merges and renames
(a convolution holds the normalisation behind it, a matrix its transpose). Checkpoints are kept nowhere; this is how a
training begins without one, with the weights as they were rounded to float16, and a new optimiser.

Source: ONNX operator GRU-14 (gates in the order z, r, h; linear_before_reset); PyTorch, torch.nn.GRU (r, z, n).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.errors import TrainingError

Floats = NDArray[np.float32]

#: Operators that only pass a stored array on, under another name.
_PASSES: Final = frozenset({"Cast", "Identity"})


class StoredNode(NamedTuple):
    """An operator's node.

    Attributes:
        name: which the tracing gave it: the path of its module.
        arrays: float32, such as weight and bias.
        is_turned: whether a weight has its outputs first, as torch has them.
    """

    name: str
    arrays: tuple[Floats, ...]
    is_turned: bool


class WeightsByOperator:
    """The stored arrays of a graph, by the operators that use them."""

    def __init__(self, graph: bytes) -> None:
        """Read them.

        Args:
            graph: an ONNX file.

        Raises:
            TrainingError: onnx is not installed, or the file is none.
        """
        try:
            import onnx
        except ImportError as error:
            raise TrainingError(
                "reading the weights of an exported network needs: pip install onnx"
            ) from error
        try:
            stored = onnx.load_model_from_string(graph).graph
        except Exception as error:  # protobuf's own, whose module has no types
            if type(error).__name__ != "DecodeError":
                raise
            raise TrainingError("the exported network is no ONNX file; export it again") from error
        self._arrays = {one.name: onnx.numpy_helper.to_array(one) for one in stored.initializer}
        self._nodes: list[Any] = list(stored.node)
        for node in self._nodes:
            if node.op_type in _PASSES and node.input[0] in self._arrays:
                self._arrays[node.output[0]] = self._arrays[node.input[0]]
            elif node.op_type == "Div" and all(name in self._arrays for name in node.input):
                # a matrix that is stored as bytes, and how many of them are 1
                levels, steps = (self._arrays[name] for name in node.input)
                self._arrays[node.output[0]] = levels.astype(np.float32) / steps

    def of(self, operator: str) -> list[tuple[Floats, ...]]:
        """The stored float arrays of each node of an operator, as float32, nodes and arrays in the graph's order.

        Arrays that are computed and not stored are left out.
        """
        return [node.arrays for node in self.nodes(operator)]

    def nodes(self, *operators: str) -> list[StoredNode]:
        """The nodes of these operators with their stored float arrays, in the graph's order."""
        return [
            StoredNode(
                name=node.name,
                arrays=tuple(
                    np.asarray(self._arrays[name], np.float32)
                    for name in node.input
                    if name in self._arrays and self._arrays[name].dtype.kind == "f"
                ),
                is_turned=node.op_type == "Conv"
                or any(one.name == "transB" and one.i for one in node.attribute),
            )
            for node in self._nodes
            if node.op_type in operators
        ]


def gru_state(w: Floats, r: Floats, b: Floats, *, prefix: str = "") -> dict[str, Tensor]:
    """The weights of a `torch.nn.GRU` of one layer and one direction.

    Args:
        w: (1, 3 H, I) of the input. r: (1, 3 H, H) of the memory. b: (1, 6 H) of both; gates z, r, n.
        prefix: of the names.
    """
    of_input, of_memory = np.split(b[0], 2)
    return {
        f"{prefix}weight_ih_l0": torch.from_numpy(_reset_first(w[0])),
        f"{prefix}weight_hh_l0": torch.from_numpy(_reset_first(r[0])),
        f"{prefix}bias_ih_l0": torch.from_numpy(_reset_first(of_input)),
        f"{prefix}bias_hh_l0": torch.from_numpy(_reset_first(of_memory)),
    }


def load_weights(net: nn.Module, weights: Mapping[str, Tensor], name: str) -> None:
    """Put weights into a network.

    Args:
        name: of what ships, for the message.

    Raises:
        TrainingError: one is missing, is too many, or has another shape.
    """
    try:
        net.load_state_dict(dict(weights))
    except RuntimeError as error:
        why = "; ".join(line.strip() for line in str(error).splitlines()[1:3])
        raise TrainingError(
            f"{name} is a network of another form ({why}); train from the beginning, without --begin-with"
        ) from error


def _reset_first(gates: Floats) -> Floats:
    """Gates z, r, n as r, z, n, along the first axis."""
    update, reset, new = np.split(gates, 3)
    return np.ascontiguousarray(np.concatenate([reset, update, new]))
