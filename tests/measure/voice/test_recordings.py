from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.voice.recordings import read_recordings
from protocol.blendshapes import INDEX
from tests.made_speech import write_speakers


def test_a_speaker_is_read_with_coefficients(tmp_path: Path) -> None:
    write_speakers(tmp_path, range(2))
    (first, _) = read_recordings(tmp_path)
    assert (first.language, first.voice) == ("en-us", "noise 0")
    assert len(first.samples) == 200 * len(first.viseme)
    assert first.coefficients[first.speaks][:, INDEX["jawOpen"]] == pytest.approx(128 / 255, abs=1e-4)
    assert first.coefficients[~first.speaks].max() == 0.0
    part = first.first(2.0)
    assert (len(part.samples), len(part.viseme), len(part.coefficients), len(part.speaks)) == (
        48000,
        240,
        240,
        240,
    )
    assert len(first.first(1e6).viseme) == len(first.viseme)


def test_a_folder_without_speech_or_without_its_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="omote-train speech --split validation"):
        read_recordings(tmp_path)
    (folder,) = write_speakers(tmp_path, range(1))
    np.save(folder / "samples.npy", np.zeros(0, np.int16))
    with pytest.raises(MeasureError, match="only the validation split keeps its sound"):
        read_recordings(tmp_path)
    (folder / "viseme.npy").write_bytes(b"")
    with pytest.raises(MeasureError, match="cannot be read"):
        read_recordings(tmp_path)
