from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import onnx
from onnx import TensorProto, helper

from authoring.portrait.parsing import PARSING, PARSING_FILE, open_parser
from inference.errors import ModelError
from inference.model_folder import FORMAT, MANIFEST
from vision.face_outline import face_outline
from vision.portrait_parts import INPUT_PLANES, INPUT_PX, PORTRAIT_PARTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network that gives its own input back: alpha is the outline, the parts are the planes."""
    shape = [1, INPUT_PLANES, INPUT_PX, INPUT_PX]
    nodes = [
        helper.make_node("Slice", ["planes", "three", "four", "one"], ["alpha"]),
        helper.make_node("Slice", ["planes", "zero", "three", "one"], ["first"]),
        helper.make_node("Concat", ["planes", "first"], ["part"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "mirror",
        [helper.make_tensor_value_info("planes", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor_value_info(
                "part", TensorProto.FLOAT, [1, len(PORTRAIT_PARTS), INPUT_PX, INPUT_PX]
            ),
            helper.make_tensor_value_info("alpha", TensorProto.FLOAT, [1, 1, INPUT_PX, INPUT_PX]),
        ],
        [
            helper.make_tensor(name, TensorProto.INT64, [1], [value])
            for name, value in (("zero", 0), ("one", 1), ("three", 3), ("four", 4))
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    packed = model.SerializeToString()
    (tmp_path / PARSING_FILE).write_bytes(packed)
    sizes = "\n".join(f"{key} = {value}" for key, value in PARSING.sizes.items())
    (tmp_path / MANIFEST).write_text(
        f'name = "parsing"\nformat = {FORMAT}\n{sizes}\ntrial = true\n'
        f'[sha256]\n"{PARSING_FILE}" = "{hashlib.sha256(packed).hexdigest()}"\n'
    )
    return tmp_path


def test_the_network_is_given_colours_outline_and_what_is_known(folder: Path) -> None:
    parser = open_parser(folder)
    assert parser is not None
    size = 2 * INPUT_PX
    rng = np.random.default_rng(0)
    rgb = rng.random((INPUT_PX, INPUT_PX, 3)).astype(np.float32).repeat(2, 0).repeat(2, 1)
    known = np.ones((size, size), np.float32)
    known[:, : size // 4] = 0
    marks = np.array([(80, 60), (240, 70), (230, 250), (90, 240)], np.float32)
    parsed = parser.parse(rgb, known, marks)
    np.testing.assert_allclose(parsed.part[:3], rgb[::2, ::2].transpose(2, 0, 1), atol=1e-6)
    np.testing.assert_array_equal(parsed.alpha, face_outline(marks / 2, INPUT_PX))
    np.testing.assert_array_equal(parsed.part[4], known[::2, ::2])


def test_an_answer_outlives_the_next_one(folder: Path) -> None:
    parser = open_parser(folder)
    assert parser is not None
    marks = np.array([(20, 20), (60, 20), (60, 60)], np.float32)
    rgb, known = np.zeros((INPUT_PX, INPUT_PX, 3), np.float32), np.ones((INPUT_PX, INPUT_PX), np.float32)
    first = parser.parse(rgb, known, marks)
    kept = first.alpha.copy()
    parser.parse(rgb + 1, known, marks + 30)
    np.testing.assert_array_equal(first.alpha, kept)


def test_a_missing_folder_that_is_asked_for_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no parsing network"):
        open_parser(tmp_path / "nowhere")


def test_a_network_of_another_size_is_refused(folder: Path) -> None:
    card = folder / MANIFEST
    card.write_text(card.read_text().replace(f"input_px = {INPUT_PX}", "input_px = 64"))
    with pytest.raises(ModelError, match=f"input_px is 64, this Omote expects {INPUT_PX}"):
        open_parser(folder)


def test_a_trial_is_only_used_where_it_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authoring.portrait.parsing.INSTALLED", folder)
    assert open_parser() is None
    card = folder / MANIFEST
    card.write_text(card.read_text().replace("trial = true", "trial = false"))
    assert open_parser() is not None
