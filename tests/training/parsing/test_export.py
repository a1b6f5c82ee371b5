"""The exported network, read as authoring reads it, computes what the torch network computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import torch

from authoring.portrait.parsing import PARSING, PARSING_FILE, open_parser
from inference.model_folder import load_model_folder
from networks.parsing import ParsingNet
from training.model_folder_writer import ModelCard
from training.parsing.export import export_parsing
from vision.face_outline import face_outline
from vision.portrait_parts import INPUT_PX


@pytest.fixture(scope="module")
def net() -> ParsingNet:
    torch.manual_seed(3)
    made = ParsingNet()
    for _ in range(3):  # means and spreads of the normalisation
        made(torch.rand(4, 5, 64, 64))
    made.eval()
    for one in made.parameters():
        one.data = one.data.half().float()
    return made


def test_authoring_reads_what_is_exported(net: ParsingNet, tmp_path: Path) -> None:
    export_parsing(net, tmp_path, ModelCard("made-up people", 0.5, is_trial=True))
    assert (tmp_path / PARSING_FILE).stat().st_size < 8_000_000
    card = load_model_folder(tmp_path, PARSING)
    assert (card.trained_on, card.hours, card.is_trial) == ("made-up people", 0.5, True)
    parser = open_parser(tmp_path)
    assert parser is not None
    rgb = np.random.default_rng(0).random((INPUT_PX, INPUT_PX, 3)).astype(np.float32)
    known = np.ones((INPUT_PX, INPUT_PX), np.float32)
    marks = np.array([(50, 50), (110, 50), (110, 120), (50, 120)], np.float32)
    parsed = parser.parse(rgb, known, marks)
    planes = np.dstack([rgb, face_outline(marks, INPUT_PX), known]).transpose(2, 0, 1)[None]
    with torch.no_grad():
        part, alpha = net(torch.from_numpy(np.ascontiguousarray(planes)))
    np.testing.assert_allclose(parsed.part, part.softmax(1)[0].numpy(), atol=0.02)
    np.testing.assert_allclose(parsed.alpha, alpha.sigmoid()[0, 0].numpy(), atol=0.02)
