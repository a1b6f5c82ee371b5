"""GraphWriter against the onnx package's reader and checker, and against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from inference.onnx_writer import GraphWriter
from inference.session import open_session

onnx = pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")


def small_graph(weight: np.ndarray) -> bytes:
    graph = GraphWriter("small", opset=17)
    x = graph.input("x", (1, 2, 3, 4))
    made = graph.node("Conv", x, graph.constant(weight), kernel_shape=[1, 1])
    made = graph.node("Slice", made, graph.constant([1]), graph.constant([-1]), graph.constant([2]))
    made = graph.node("Resize", made, "", graph.constant([1.0, 1.0, 2.0, 2.0]), mode="nearest")
    graph.output("y", made, (1, 5, 2, 8))
    return graph.model()


def test_the_model_passes_onnx_checks_and_says_what_was_written() -> None:
    weight = np.random.default_rng(0).standard_normal((5, 2, 1, 1)).astype(np.float32)
    model = onnx.load_model_from_string(small_graph(weight))
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == ["Conv", "Slice", "Resize", "Identity"]
    arrays = [onnx.numpy_helper.to_array(one) for one in model.graph.initializer]
    assert np.array_equal(arrays[0], weight)
    assert [list(one) for one in arrays[1:4]] == [[1], [-1], [2]]
    assert arrays[4].dtype == np.float32
    assert {one.name: onnx.helper.get_attribute_value(one) for one in model.graph.node[2].attribute} == {
        "mode": b"nearest"
    }
    assert model.graph.node[0].attribute[0].ints == [1, 1]


def test_floats_and_negative_numbers_survive() -> None:
    graph = GraphWriter("attributes", opset=17)
    x = graph.input("x", (2, 2))
    made = graph.node("Concat", x, x, axis=-1)
    made = graph.node("Constant_", made, values=[0.5, -2.0, 300.0])
    model = onnx.load_model_from_string(graph.model())
    assert model.graph.node[0].attribute[0].i == -1
    assert list(model.graph.node[1].attribute[0].floats) == [0.5, -2.0, 300.0]


def test_a_session_computes_it() -> None:
    random = np.random.default_rng(1)
    weight, x = (random.standard_normal(shape).astype(np.float32) for shape in ((5, 2, 1, 1), (1, 2, 3, 4)))
    session = open_session(small_graph(weight), "cpu", 1)
    session.inputs["x"][:] = x
    session.run()
    wanted = np.einsum("oi,bihw->bohw", weight[:, :, 0, 0], x)[:, :, 1:-1]
    assert session.outputs["y"] == pytest.approx(wanted.repeat(2, 2).repeat(2, 3), abs=1e-5)
