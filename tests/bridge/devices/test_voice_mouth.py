from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import zmq

from bridge.devices.device import SendsSound
from bridge.devices.gesture_messages import PRIORITY
from bridge.devices.mouths import open_mouth
from bridge.devices.sound import FileSound
from bridge.devices.voice_mouth import MAX_WAITING_S, VoiceMouth
from bridge.devices.vowel_mouth import MOVED
from bridge.errors import SoundError
from bridge.voice.mark_track import MarkedMouth, MarkTrack
from protocol.blendshapes import BLENDSHAPES
from protocol.codec import check_control, decode_control
from protocol.messages import ControlMessage
from protocol.sound_samples import mono_of
from tests.whole_road import closings, rest

ROOT = Path(__file__).resolve().parents[3]
RATE = 16000


def buzz(seconds: float) -> np.ndarray:
    """Like an open vowel: harmonics of 120 Hz, strongest around 750 and 1150 Hz."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for harmonic in range(1, 30):
        hertz = 120.0 * harmonic
        loud = sum(1 / (1 + ((hertz - centre) / width) ** 2) for centre, width in ((750, 80), (1150, 90)))
        sound += loud / harmonic**0.5 * np.sin(2 * np.pi * hertz * time)
    return sound / np.abs(sound).max() * 0.6


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """Half a second of silence, of a vowel, and a second of silence."""
    samples = np.concatenate([np.zeros(RATE // 2), buzz(0.5), np.zeros(RATE)])
    path = tmp_path / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def test_mouth_opens_during_speech_and_is_released_after_it(speech: Path) -> None:
    voice = VoiceMouth(FileSound(speech), mouth=open_mouth(RATE, "vowels"))
    jaw: dict[int, float] = {}
    silent: list[int] = []
    for frame in range(122):
        messages = voice.poll(now_s=100 + frame / 60, now_ns=10**18 + frame * 16_666_667)
        for message in messages:
            assert check_control(message) == (message, ())
            assert set(message.values) == {
                name for name, moved in zip(BLENDSHAPES, MOVED, strict=True) if moved
            }
            jaw[frame] = message.values["jawOpen"]
        if not messages:
            silent.append(frame)
    assert voice.is_over
    assert min(jaw) >= 29  # nothing was sent before the first sound
    assert jaw[50] > 0.4
    assert jaw[75] < 0.1
    assert 119 in silent  # and nothing long after the last


def test_head_and_lids_are_drivers_of_their_own_if_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.append(buzz(1.5), np.zeros(RATE)) * 32767).astype("<i2").tobytes())
    voice = VoiceMouth(FileSound(path), mouth=open_mouth(RATE, "vowels"), moves_head=True)
    sent = [
        message
        for frame in range(140)
        for message in voice.poll(now_s=100 + frame / 60, now_ns=10**18 + frame * 16_666_667)
    ]
    assert {message.source for message in sent} == {"microphone", "microphone-head", "microphone-brows"}
    by_gestures = [message for message in sent if message.source != "microphone"]
    assert {message.priority for message in by_gestures} == {PRIORITY}
    assert (
        max(message.values.get("eyeBlinkLeft", 0.0) for message in by_gestures) > 0.9
    )  # at the phrase's end
    assert not any("eyeBlinkLeft" in message.values for message in sent if message.source == "microphone")


def test_an_excited_voice_is_a_driver_of_the_emotion_if_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        sound = np.concatenate([0.2 * buzz(6.0), buzz(2.0), np.zeros(RATE)])
        file.writeframes((sound * 32767).astype("<i2").tobytes())

    def sent(tells_mood: bool) -> list[tuple[int, ControlMessage]]:
        mouth = open_mouth(RATE, "vowels")
        voice = VoiceMouth(FileSound(path), source="me", mouth=mouth, tells_mood=tells_mood)
        return [
            (frame, message)
            for frame in range(540)
            for message in voice.poll(now_s=100 + frame / 60, now_ns=10**18 + frame * 16_666_667)
        ]

    moods = [(frame, one) for frame, one in sent(True) if one.layer == "emotion"]
    assert {one.source for _, one in moods} == {"me-mood"}
    assert {one.priority for _, one in moods} == {PRIORITY}
    assert max(moods, key=lambda mood: mood[1].weight)[0] > 360  # in the loud part
    assert not any(one.layer == "emotion" for _, one in sent(False))


def test_sound_that_waited_too_long_is_skipped(speech: Path) -> None:
    voice = VoiceMouth(FileSound(speech), mouth=open_mouth(RATE, "vowels"))
    voice.poll(now_s=0.0, now_ns=0)
    voice.poll(now_s=1.0, now_ns=0)
    assert f"{1.0 - MAX_WAITING_S:.1f} s skipped" in voice.status()


def test_file_drives_a_runtime_from_start_to_finish(speech: Path) -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as pull, closings(pull) as closed:
        to = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "bridge",
                "microphone",
                "--file",
                str(speech),
                "--lips",
                "vowels",
                "--to",
                to,
                "--source",
                "me",
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        jaws = []
        for data in rest(pull, closed):
            message = decode_control(data)
            assert (message.layer, message.source) == ("expression", "me")
            jaws.append(message.values["jawOpen"])
    assert max(jaws) > 0.4
    assert jaws[-1] < 0.05
    assert "messages sent" in done.stderr.splitlines()[-1]


def test_missing_file_is_an_error_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "microphone", "--file", "no such.wav"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("omote-bridge: no such.wav cannot be read")
    assert len(done.stderr.splitlines()) == 1


def test_sound_is_sent_for_the_moment_of_its_lips(speech: Path) -> None:
    delay_s, begin_ns = 0.042, 10**18
    sound = FileSound(speech)
    voice = VoiceMouth(sound, mouth=open_mouth(RATE, "vowels"), sound_delay_s=delay_s)
    assert isinstance(voice, SendsSound)
    pieces = []
    for frame in range(130):
        voice.poll(now_s=100 + frame / 60, now_ns=begin_ns + frame * 16_666_667)
        if (piece := voice.take_sound()) is not None:
            pieces.append(piece)
        assert voice.take_sound() is None
    heard = np.concatenate([mono_of(piece) for piece in pieces])
    assert np.abs(heard - sound.samples).max() < 1e-4
    place = 0
    for piece in pieces:
        wanted_ns = begin_ns + round((place / RATE + delay_s) * 1e9)
        assert abs(piece.play_time_ns - wanted_ns) < 1e9 / RATE + 1e5  # a poll reads whole samples
        place += len(mono_of(piece))


def test_marks_are_looked_up_for_the_sound_that_is_heard_now(speech: Path) -> None:
    """Sound that is sent waits for lips that hear; those that are told must not be ahead of it."""
    asked = list[float]()

    class Asked(MarkTrack):
        def at(self, time_s: float) -> MarkedMouth | None:
            asked.append(time_s)
            return super().at(time_s)

    begin_ns = 10**18
    sound, mouth = FileSound(speech), open_mouth(RATE, "vowels")
    voice = VoiceMouth(sound, mouth=mouth, track=Asked(), sound_delay_s=0.1)
    for frame in range(60):
        now_ns = begin_ns + frame * 16_666_667
        before = len(asked)
        voice.poll(now_s=100 + frame / 60, now_ns=now_ns)
        if (piece := voice.take_sound()) is not None and len(asked) > before:
            ends_ns = piece.play_time_ns + len(mono_of(piece)) * 10**9 / RATE
            heard_now_s = sound.time_s - (ends_ns - now_ns) / 1e9
            assert asked[-1] == pytest.approx(heard_now_s, abs=mouth.hop / RATE + 1e-4)
    assert len(asked) > 30


def test_sound_is_not_sent_unasked(speech: Path) -> None:
    voice = VoiceMouth(FileSound(speech), mouth=open_mouth(RATE, "vowels"))
    for frame in range(60):
        voice.poll(now_s=frame / 60, now_ns=frame * 16_666_667)
        assert voice.take_sound() is None


def test_sound_that_no_message_can_hold_is_refused_in_words(speech: Path) -> None:
    sound = FileSound(speech)
    sound.rate = 384_000
    with pytest.raises(SoundError, match=r"speech.wav has 384000 samples a second, and at most 192000"):
        VoiceMouth(sound, mouth=open_mouth(RATE, "vowels"), sound_delay_s=0.0)
