from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")

from bridge.devices.voice_network import DELAYS_S, VOICE_FILE, load_voice_model, open_voice_network
from inference.errors import ModelError
from tests.bridge.devices.made_voice import JAW, write_voice


def test_a_frame_has_an_answer_for_every_delay(tmp_path: Path) -> None:
    network = open_voice_network(load_voice_model(write_voice(tmp_path)))
    heard = network.hear(np.zeros(80, np.float32))
    assert heard.controls.shape == (3, 11)
    assert heard.visemes.shape == (3, 15)
    assert heard.speaks.shape == (3,)
    assert heard.controls[:, 0] == pytest.approx(JAW)
    assert heard.speaks == pytest.approx(1.0)
    assert network.hear(np.full(80, -1.8, np.float32)).speaks == pytest.approx(0.0, abs=1e-6)
    assert pytest.approx((0.0, 0.0417, 0.075), abs=1e-4) == DELAYS_S


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    folder = write_voice(tmp_path)
    (folder / VOICE_FILE).write_bytes((folder / VOICE_FILE).read_bytes()[:-1])
    with pytest.raises(ModelError, match="damaged"):
        load_voice_model(folder)


def test_a_state_without_a_successor_of_its_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="state0 has no successor"):
        open_voice_network(load_voice_model(write_voice(tmp_path, following=(1, 3))))


def test_without_a_network_the_other_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--lips vowels"):
        load_voice_model(tmp_path)
