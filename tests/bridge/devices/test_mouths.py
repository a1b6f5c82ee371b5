from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from bridge.devices import voice_network
from bridge.devices.mouths import open_mouth
from bridge.devices.vowel_mouth import LATENCY_S, VowelMouth
from inference.errors import InferenceError


def test_vowels_can_be_asked_for() -> None:
    mouth = open_mouth(16000, "vowels")
    assert isinstance(mouth, VowelMouth)
    assert (mouth.latency_s, mouth.activity, len(mouth.names)) == (LATENCY_S, 0.0, 5)
    assert "formants" in mouth.title


def test_where_the_network_cannot_run_vowels_are_heard_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(voice_network, "INSTALLED", tmp_path)
    with caplog.at_level(logging.INFO):
        assert isinstance(open_mouth(16000, "auto"), VowelMouth)
    assert "five vowels by their formants" in caplog.text
    with pytest.raises(InferenceError, match="--lips vowels"):
        open_mouth(16000, "network")


def test_the_network_s_mouth_is_taken_where_it_can_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")
    from tests.bridge.devices.made_voice import write_voice

    write_voice(tmp_path / "voice")
    monkeypatch.setattr(voice_network, "INSTALLED", tmp_path)
    mouth = open_mouth(16000, "auto", look_ahead_s=0.0)
    assert "voice network" in mouth.title
    assert mouth(np.zeros(160)).shape == (52,)
