"""The command as a program; the sender is another one, and the runtime's port is real."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import zmq

from protocol.codec import check_control, decode_control
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
RATE = 16000


def write_wav(path: Path, *parts: tuple[float, float]) -> Path:
    """Parts of seconds and level, each a vowel: harmonics of 120 Hz below 1500 Hz."""
    sounds = []
    for seconds, level in parts:
        time_s = np.arange(round(seconds * RATE)) / RATE
        buzz = sum(np.sin(2 * np.pi * 120 * harmonic * time_s) for harmonic in range(1, 12))
        sounds.append(level * buzz / 12)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.concatenate(sounds) * 32767).astype("<i2").tobytes())
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "bridge", "voice", *map(str, arguments)]


@contextmanager
def listening(log: Path, to: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A bridge that listens at a free port, and the port's address."""
    with log.open("wb") as errors:
        wanted = command("--listen", "tcp://127.0.0.1:0", "--lips", "vowels", "--to", to)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(wanted, cwd=ROOT, env=environment, stderr=errors)
        try:
            found = until(lambda: re.search(r"listening at (\S+)", log.read_text()) or process.poll())
            assert isinstance(found, re.Match), log.read_text()
            yield found[1], process
        finally:
            process.kill()
            process.wait()


def jaw_until(pull: zmq.Socket[bytes], is_open: bool) -> float:
    """The jaw of the first message in which the mouth is open, or shut."""

    def seen() -> list[float]:
        if not pull.poll(100):
            return []
        message = decode_control(pull.recv())
        assert check_control(message) == (message, ())
        assert (message.layer, message.source) == ("expression", "voice")
        jaw = message.values["jawOpen"]
        return [jaw] if (jaw > 0.3 if is_open else jaw < 0.03) else []

    return until(seen)[0]


def test_senders_come_and_go_and_the_mouth_is_shut_after_each(tmp_path: Path) -> None:
    speech = write_wav(tmp_path / "speech.wav", (0.7, 0.6))
    with zmq.Context() as context, context.socket(zmq.PULL) as pull:
        to = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        with listening(tmp_path / "log", to) as (address, bridge):
            for pace in ([], ["all"]):
                sender = [
                    sys.executable,
                    "-I",
                    str(ROOT / "examples" / "send_voice.py"),
                    str(speech),
                    address,
                    *pace,
                ]
                subprocess.run(sender, check=True, timeout=300)
                jaw_until(pull, is_open=True)
                jaw_until(pull, is_open=False)
            bridge.send_signal(signal.SIGINT)
            assert bridge.wait(300) == 0
        assert "messages sent" in (tmp_path / "log").read_text().splitlines()[-1]


def test_a_recording_that_ends_within_a_vowel_leaves_the_mouth_shut(tmp_path: Path) -> None:
    speech = write_wav(tmp_path / "speech.wav", (0.5, 0.6))
    with zmq.Context() as context, context.socket(zmq.PULL) as pull:
        to = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        wanted = command(speech, "--lips", "vowels", "--to", to)
        subprocess.run(wanted, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, timeout=300)
        jaw_until(pull, is_open=True)
        jaw_until(pull, is_open=False)


def test_marks_of_a_file_move_the_mouth_where_the_sound_alone_would_not(tmp_path: Path) -> None:
    """The recording is silent; only the marks speak."""
    silence = write_wav(tmp_path / "silence.wav", (0.8, 0.0))
    cues = [{"start": 0.0, "end": 0.2, "value": "X"}, {"start": 0.2, "end": 0.6, "value": "D"}]
    marks = tmp_path / "marks.json"
    marks.write_text(json.dumps({"metadata": {}, "mouthCues": cues}))
    with zmq.Context() as context, context.socket(zmq.PULL) as pull:
        to = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        wanted = command(silence, "--visemes", marks, "--lips", "vowels", "--to", to)
        subprocess.run(wanted, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, timeout=300)
        jaw_until(pull, is_open=True)
        jaw_until(pull, is_open=False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give either a recorded voice"),
        (["a.wav", "--listen", "tcp://127.0.0.1:5580"], "give either a recorded voice"),
        (
            ["--listen", "tcp://127.0.0.1:0", "--visemes", "marks.json"],
            "with --listen marks come as messages",
        ),
        (["--listen", "tcp://10.0.0.1:5580"], "ssh -L 5580"),
        (["--listen", "tcp://127.0.0.1:0", "--buffer", "-1"], "--buffer -1, expected 0 to 2000 ms"),
        (["no such.wav"], "no such.wav cannot be read"),
        (["a.wav", "--visemes", "no such.json"], "no such.json cannot be read as marks"),
    ],
)
def test_options_of_no_use_are_an_error_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from bridge.__main__ import main

    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["voice", *arguments, "--lips", "vowels"]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    printed = capsys.readouterr().err
    assert printed.startswith("omote-bridge: ")
    assert said in printed
    assert len(printed.splitlines()) == 1
