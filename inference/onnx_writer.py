"""GraphWriter: writes an ONNX model from nodes and arrays, without the onnx package.

    graph = GraphWriter("face", opset=17)
    x = graph.input("x", (1, 2, 8, 8))
    y = graph.node("Conv", x, graph.constant(weight), kernel_shape=[1, 1])
    graph.output("y", graph.node("Sin", y), (1, 4, 8, 8))
    session = open_session(graph.model(), "cpu")

For networks whose weights come from files that hold numbers only: a graph from a stranger could do anything that a
runtime's operators can, weights in a graph of ours cannot. Float32 and int64 tensors of fixed shapes.

Source: onnx/onnx.proto (IR version 8), field numbers of ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and
ValueInfoProto; protobuf.dev, "Encoding": tag = field << 3 | wire type, 0 = varint, 2 = length and bytes, 5 = 4 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_IR_VERSION: Final = 8
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_TYPES: Final = {"float32": _FLOAT, "int64": _INT64}
#: AttributeProto.type
_IS_INT, _IS_STRING, _IS_FLOATS, _IS_INTS = 2, 3, 6, 7

#: What an attribute of a node may be.
Attribute = int | str | Sequence[int] | Sequence[float]


class GraphWriter:
    """Collects a graph in the order of its computation; tensors go by their names."""

    def __init__(self, name: str, *, opset: int) -> None:
        self._name, self._opset = name, opset
        self._parts: list[bytes] = []  # fields of GraphProto
        self._made = 0

    def input(self, name: str, shape: Sequence[int]) -> str:
        """A float32 input; returns its name."""
        self._parts.append(_bytes(11, _value_info(name, shape)))
        return name

    def output(self, name: str, made: str, shape: Sequence[int]) -> None:
        """Name a tensor as a float32 output of this shape."""
        self._parts.append(_bytes(1, _node("Identity", [made], name, {})))
        self._parts.append(_bytes(12, _value_info(name, shape)))

    def constant(self, values: NDArray[Any] | Sequence[int] | Sequence[float] | float) -> str:
        """An array or number, float32 or int64 (Python's floats and integers too), as a tensor; returns its name."""
        array = np.asarray(values)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        name = self._fresh("c")
        tensor = b"".join(_varint_field(1, size) for size in array.shape)
        tensor += _varint_field(2, _TYPES[array.dtype.name]) + _bytes(8, name.encode())
        raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        self._parts.append(_bytes(5, tensor + _bytes(9, raw)))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Attribute) -> str:
        """A node with one output, of ONNX's own operators; returns the output's name.

        Args:
            inputs: names of tensors; "" = an optional one that is not given.
        """
        name = self._fresh(kind)
        self._parts.append(_bytes(1, _node(kind, inputs, name, attributes)))
        return name

    def model(self) -> bytes:
        """The whole model, as a file would hold it."""
        graph = b"".join(self._parts) + _bytes(2, self._name.encode())
        opset = _bytes(1, b"") + _varint_field(2, self._opset)
        return _varint_field(1, _IR_VERSION) + _bytes(2, b"omote") + _bytes(7, graph) + _bytes(8, opset)

    def _fresh(self, word: str) -> str:
        self._made += 1
        return f"{word}_{self._made}"


def _node(kind: str, inputs: Sequence[str], output: str, attributes: dict[str, Attribute]) -> bytes:
    """A NodeProto."""
    made = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, output.encode())
    made += _bytes(3, output.encode()) + _bytes(4, kind.encode())
    return made + b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())


def _attribute(name: str, value: Attribute) -> bytes:
    """An AttributeProto."""
    made = _bytes(1, name.encode())
    if isinstance(value, int):
        return made + _varint_field(3, value) + _varint_field(20, _IS_INT)
    if isinstance(value, str):
        return made + _bytes(4, value.encode()) + _varint_field(20, _IS_STRING)
    if all(isinstance(one, int) for one in value):
        return made + b"".join(_varint_field(8, int(one)) for one in value) + _varint_field(20, _IS_INTS)
    floats = b"".join(_tag(7, 5) + struct.pack("<f", one) for one in value)
    return made + floats + _varint_field(20, _IS_FLOATS)


def _value_info(name: str, shape: Sequence[int]) -> bytes:
    """A ValueInfoProto of a float32 tensor."""
    dimensions = b"".join(_bytes(1, _varint_field(1, size)) for size in shape)
    tensor = _varint_field(1, _FLOAT) + _bytes(2, dimensions)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _bytes(field: int, content: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(content)) + content


def _varint_field(field: int, value: int) -> bytes:
    return _tag(field, 0) + _varint(value)


def _tag(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; negative numbers as 64-bit two's complement."""
    value &= (1 << 64) - 1
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
