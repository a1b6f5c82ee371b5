"""Sound sources; a stand-in for the module sounddevice plays the part of the sound card."""

from __future__ import annotations

import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bridge.devices import sound
from bridge.devices.sound import FileSound, MicrophoneSound
from bridge.errors import SoundError

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
    source.close()


class PortAudioError(Exception):
    """As of sounddevice."""


class SoundCard:
    """The stand-in: one input at 16 kHz, whose blocks the test delivers."""

    PortAudioError = PortAudioError

    def __init__(self) -> None:
        self.callback: Any = None
        self.active = False
        self.wanted: list[object] = []
        self.InputStream = self._open_stream

    def query_devices(self, wanted: object, kind: str) -> dict[str, object]:
        self.wanted.append(wanted)
        if wanted == "missing":
            raise ValueError("No input device matching 'missing'")
        return {"name": "card", "default_samplerate": 16000.0}

    def _open_stream(self, *, callback: Any, **_: Any) -> Any:
        self.callback = callback

        def set_active(is_active: bool) -> None:
            self.active = stream.active = is_active

        stream = SimpleNamespace(
            active=False, start=lambda: set_active(True), close=lambda: set_active(False)
        )
        self.stream = stream
        return stream

    def deliver(self, *levels: float, size: int = 160) -> None:
        for level in levels:
            self.callback(np.full((size, 1), level, np.float32), size, None, None)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    card = SoundCard()
    monkeypatch.setattr(sound, "load_sounddevice", lambda: card)
    return card


def test_microphone_gives_what_was_recorded_since_the_last_read(card: SoundCard) -> None:
    source = MicrophoneSound(None)
    assert (source.name, source.rate) == ("card", 16000)
    card.deliver(0.25, 0.5)
    first = source.read(0.0)
    assert first is not None
    assert first.tolist() == [0.25] * 160 + [0.5] * 160
    second = source.read(0.1)
    assert second is not None
    assert (len(second), second.dtype) == (0, np.float32)


def test_unread_sound_is_limited_to_about_a_second(card: SoundCard) -> None:
    source = MicrophoneSound(None)
    card.deliver(*[0.1] * 1000, 0.9, size=160)  # ten seconds
    kept = source.read(0.0)
    assert kept is not None
    assert len(kept) <= 16000 + 2 * 160
    assert kept[-1] == pytest.approx(0.9)


@pytest.mark.parametrize(("device", "wanted"), [("3", 3), ("USB", "USB"), (None, None)])
def test_device_is_chosen_by_number_or_name(card: SoundCard, device: str | None, wanted: object) -> None:
    MicrophoneSound(device)
    assert card.wanted == [wanted]


def test_missing_input_is_an_error_that_tells_how_to_list_the_inputs(card: SoundCard) -> None:
    with pytest.raises(SoundError, match=r"missing.*omote-bridge microphone --list"):
        MicrophoneSound("missing")


def test_unplugged_microphone_is_an_error(card: SoundCard) -> None:
    source = MicrophoneSound(None)
    card.stream.active = False
    with pytest.raises(SoundError, match="card has stopped"):
        source.read(0.0)
