"""A microphone; a stand-in for the module sounddevice plays the part of the sound card."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bridge.devices import microphone_sound
from bridge.devices.microphone_sound import MicrophoneSound, loopback_index
from bridge.errors import SoundError
from tests.waiting import until


class PortAudioError(Exception):
    """As of sounddevice."""


class SoundCard:
    """The stand-in: one input at 16 kHz, whose blocks the test delivers."""

    PortAudioError = PortAudioError

    def __init__(self) -> None:
        self.callback: Any = None
        self.active = False
        self.wanted: list[object] = []
        self.opened: list[object] = []
        self.devices: list[dict[str, object]] = []
        self.is_plugged = self.initialised = True
        self.is_dead = False  # the system's sound service is away
        self.rate = 16000.0
        self.InputStream = self._open_stream

    def query_devices(self, wanted: object = None, kind: str = "") -> Any:
        if not kind:
            return self.devices
        self.wanted.append(wanted)
        if wanted == "missing" or not self.is_plugged:
            raise ValueError(f"No input device matching {wanted!r}")
        return {"name": "card", "default_samplerate": self.rate}

    def _open_stream(self, *, callback: Any, device: object, **_: Any) -> Any:
        if not self.is_plugged:
            raise PortAudioError("Device unavailable [PaErrorCode -9985]")
        self.callback = callback
        self.opened.append(device)

        def set_active(is_active: bool) -> None:
            self.active = stream.active = is_active

        stream: Any = SimpleNamespace(
            active=False, start=lambda: set_active(True), close=lambda: set_active(False)
        )
        self.stream = stream
        return stream

    def _terminate(self) -> None:
        if not self.initialised:
            raise PortAudioError("PortAudio not initialized [PaErrorCode -10000]")
        self.initialised = False

    def _initialize(self) -> None:
        if self.is_dead:
            raise PortAudioError("Unanticipated host error [PaErrorCode -9999]")
        self.initialised = True

    def deliver(self, *levels: float, size: int = 160) -> None:
        for level in levels:
            self.callback(np.full((size, 1), level, np.float32), size, None, None)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    card = SoundCard()
    monkeypatch.setattr(microphone_sound, "load_sounddevice", lambda: card)
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


def test_an_unplugged_microphone_is_silent_until_it_is_back_and_says_why(card: SoundCard) -> None:
    source = MicrophoneSound(None)
    card.deliver(0.5)
    assert source.read(0.0).any()
    card.is_plugged = card.stream.active = False
    silence = source.read(0.1)
    assert len(silence) == 1600
    assert not silence.any()

    def refused() -> bool:
        source.read(1.2)
        return "No input device" in source.name

    until(refused)
    assert source.name.startswith("card is away (No input device matching None")
    assert source.name.endswith("plug it in again")
    card.is_plugged = True

    def is_back() -> bool:
        source.read(3.0)
        return source.name == "card"

    until(is_back)
    assert card.initialised  # PortAudio lists devices only when it begins
    card.deliver(0.25)
    assert source.read(3.1).tolist() == [0.25] * 160
    source.close()


def test_a_microphone_is_back_after_the_systems_sound_service_was_away(card: SoundCard) -> None:
    source = MicrophoneSound(None)
    source.read(0.0)

    class Unplugged:
        @property
        def active(self) -> bool:
            raise PortAudioError("Unanticipated host error [PaErrorCode -9999]")

        def close(self) -> None:
            raise PortAudioError("Invalid stream pointer [PaErrorCode -9988]")

    source._stream = Unplugged()
    card.is_dead = True
    until(lambda: source.read(2.0) is not None and "Unanticipated host error" in source.name)
    card.is_dead = False

    def is_back() -> bool:
        source.read(4.0)
        return source.name == "card"

    until(is_back)
    card.deliver(0.25)
    assert source.read(4.1).tolist() == [0.25] * 160
    source.close()


def test_a_microphone_that_comes_back_with_another_rate_is_heard_at_the_first_one(card: SoundCard) -> None:
    source = MicrophoneSound(None)
    source.read(0.0)
    card.stream.active = False
    card.rate = 48000.0

    def is_back() -> bool:
        source.read(2.0)
        return source.name == "card"

    until(is_back)
    card.deliver(*[0.25] * 30, size=480)  # 0.3 s at 48 kHz
    heard = source.read(2.1)
    assert len(heard) == pytest.approx(0.3 * 16000, abs=40)
    assert heard[200:-200] == pytest.approx(0.25, abs=0.002)
    source.close()


def test_a_microphone_without_a_block_is_away_and_a_loopback_is_only_silent(card: SoundCard) -> None:
    """Where nothing is played, some systems give no blocks."""
    microphone = MicrophoneSound(None)
    for now_s in (0.0, 1.0, 3.0):
        microphone.read(now_s)
    assert "is away" in microphone.name
    until(lambda: len(card.opened) > 1)
    microphone.close()
    card.devices = [{"name": "Monitor of Speakers", "max_input_channels": 2, "default_samplerate": 16000.0}]
    card.opened.clear()
    loopback = MicrophoneSound("loopback")
    for now_s in (0.0, 1.0, 3.0, 5.0):
        assert not loopback.read(now_s).any()
    assert loopback.name == "Monitor of Speakers"
    assert card.opened == [0]
    loopback.close()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([("Microphone", 1), ("Monitor of Built-in Audio", 2)], 1),
        ([("alsa_output.pci.monitor", 2)], 0),
        ([("Speakers (Realtek) [Loopback]", 2), ("Stereo Mix", 2)], 0),
        ([("BlackHole 2ch", 0), ("BlackHole 2ch", 2)], 1),
        ([("Microphone", 1), ("Monitor (a screen) HDMI", 2)], None),
        ([], None),
    ],
)
def test_what_is_played_is_found_by_the_names_that_systems_give_it(
    names: list[tuple[str, int]], found: int | None
) -> None:
    assert loopback_index(names) == found


def test_pulse_is_told_to_record_its_monitor_where_none_is_listed(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SOURCE", "")
    card.devices = [
        {"name": "hw:0", "max_input_channels": 2, "default_samplerate": 48000.0},
        {"name": "pulse", "max_input_channels": 32, "default_samplerate": 44100.0},
    ]
    source = MicrophoneSound("loopback")
    assert card.opened == [1]
    assert source.rate == 44100
    assert os.environ["PULSE_SOURCE"] == "@DEFAULT_MONITOR@"
    source.close()


def test_without_a_loopback_the_error_says_what_to_do(card: SoundCard) -> None:
    card.devices = [{"name": "Microphone", "max_input_channels": 1, "default_samplerate": 48000.0}]
    with pytest.raises(SoundError, match=r"inputs: Microphone\).*libasound2-plugins.*Stereo Mix.*BlackHole"):
        MicrophoneSound("loopback")
