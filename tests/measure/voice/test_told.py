"""With a network made by hand, which hears an [a] wherever it is loud."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.voice import told_sounds
from measure.voice.recordings import read_recordings
from measure.voice.told import heard_with_text
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX
from tests.bridge.devices.made_voice import write_voice
from tests.made_speech import write_speakers


def test_the_sounds_of_the_truth_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second of silence and of [a] in turn; the network hears it, but reads as one that is 75 ms late."""
    pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")
    made = write_voice(tmp_path / "voice")
    monkeypatch.setattr(told_sounds, "installed_voice", lambda: made)
    write_speakers(tmp_path / "speech", range(1))
    recording = read_recordings(tmp_path / "speech")[0].first(4.0)
    heard = heard_with_text(recording)
    late = 9
    assert np.mean(heard.viseme[:-late] == recording.viseme[late:]) > 0.95
    said = heard.viseme == VISEME_INDEX["aa"]
    assert heard.coefficients[said, INDEX["jawOpen"]].mean() > 0.3
    assert heard.coefficients[~said, INDEX["jawOpen"]].mean() < 0.1


def test_without_a_voice_nothing_moves(tmp_path: Path) -> None:
    write_speakers(tmp_path / "speech", range(1))
    silent = read_recordings(tmp_path / "speech")[0].first(0.4)
    assert not heard_with_text(silent).coefficients.any()
