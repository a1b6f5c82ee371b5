from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from bridge.devices.sound import FileSound

RATE = 8000


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """One second of the numbers 0 to 7999."""
    path = tmp_path / "ramp.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.arange(RATE, dtype="<i2").tobytes())
    return path


def test_file_gives_its_samples_in_real_time_and_then_ends(ramp: Path) -> None:
    source = FileSound(ramp)
    assert (source.name, source.rate) == ("ramp.wav", RATE)
    times_s = [100.0, 100.25, 100.25, 100.9, 107.0]
    blocks = [source.read(now_s) for now_s in times_s]
    assert [None if block is None else len(block) for block in blocks] == [0, 2000, 0, 5200, 800]
    joined = np.concatenate([block for block in blocks if block is not None])
    assert np.array_equal(np.round(joined * 32768), np.arange(RATE))
    assert source.read(107.1) is None
    assert source.time_s == 1.0  # and no later
    source.close()


def test_a_file_may_have_silence_behind_it(ramp: Path) -> None:
    source = FileSound(ramp, tail_s=0.25)
    source.read(0.0)
    source.read(1.0)
    tail = source.read(9.0)
    assert tail is not None
    assert tail.tolist() == [0.0] * 2000
    assert source.read(9.1) is None
