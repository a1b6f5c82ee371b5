"""Whether lips and voice leave together: `omote-bridge voice --send-sound` -> `omote run --publish ndi` -> an NDI reader.

A recording of vowels with pauses between them is spoken; the null engine's bars show the jaw. Read is the NDI source, as
OBS would; per vowel:

    mouth - sound        from the first piece of sound that is loud to the first picture whose jaw is open; negative: the
                         mouth is first.

Good: within two frames, 33 ms, in the median.

NDI looks for sources on this machine alone.

    python -m benchmarks.voice_ndi [--vowels 12] [--look-ahead 40]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.latency import free_ports
from protocol.channels import CHANNELS
from runtime.engines.null import read_bars

ROOT = Path(__file__).resolve().parents[1]
RATE = 16000
JAW = [channel.name for channel in CHANNELS].index("jawOpen")
#: Sound above this level is heard, of 1; a jaw above this is open; seconds of rest before either counts as a beginning.
LOUD, OPEN, REST_S = 0.05, 0.05, 0.3
PAUSE_S, VOWEL_S = 0.7, 0.3


def write_vowels(path: Path, count: int) -> None:
    """Pauses and an [a]: harmonics of 120 Hz, strongest around 750 and 1150 Hz."""
    time_s = np.arange(round(VOWEL_S * RATE)) / RATE
    vowel = np.zeros(len(time_s))
    for hertz in range(120, 3600, 120):
        loud = sum(1 / (1 + ((hertz - centre) / width) ** 2) for centre, width in ((750, 80), (1150, 90)))
        vowel += loud / (hertz / 120) ** 0.5 * np.sin(2 * np.pi * hertz * time_s)
    both = np.concatenate([np.zeros(round(PAUSE_S * RATE)), 0.6 * vowel / np.abs(vowel).max()])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.tile(both, count) * 32767).astype("<i2").tobytes())


class Reader:
    """An NDI receiver: when pictures and pieces of sound came, and what was in them."""

    def __init__(self, stream: str) -> None:
        import cyndilib

        finder = cyndilib.Finder()
        finder.open()
        ends_s = time.monotonic() + 30
        while not (found := [name for name in finder.get_source_names() if stream in name]):
            assert time.monotonic() < ends_s, f"no NDI source {stream!r} within 30 s"
            finder.wait_for_sources(0.2)
        self._finder = finder
        self._picture, self._sound = cyndilib.VideoRecvFrame(), cyndilib.AudioRecvFrame(max_num_samples=48000)
        self._receiver: Any = cyndilib.Receiver(
            color_format=cyndilib.RecvColorFormat.RGBX_RGBA, bandwidth=cyndilib.RecvBandwidth.highest
        )
        self._receiver.set_video_frame(self._picture)
        self._receiver.set_audio_frame(self._sound)
        self._receiver.set_source(finder.get_source(found[0]))
        self._kind = cyndilib.receiver.ReceiveFrameType
        self.jaws: list[tuple[float, float]] = []
        self.levels: list[tuple[float, float]] = []

    def read(self) -> None:
        """Wait for one picture or piece of sound, at most 0.1 s."""
        got = self._receiver.receive(self._kind.recv_video | self._kind.recv_audio, 100)
        now_s = time.monotonic()
        if got & self._kind.recv_video:
            pixels = np.empty(self._picture.get_data_size(), np.uint8)
            self._picture.fill_p_data(pixels)
            width, height = self._picture.get_resolution()
            self.jaws.append((now_s, float(read_bars(pixels.reshape(height, width, 4))[JAW])))
        if got & self._kind.recv_audio:
            samples, _ = self._sound.get_all_read_data()
            if samples.shape[1]:
                self.levels.append((now_s, float(np.abs(samples).max())))


def beginnings(rows: list[tuple[float, float]], threshold: float) -> list[float]:
    """The times at which values rise above a threshold after a rest."""
    found, last_s = [], -np.inf
    for time_s, value in rows:
        if value > threshold:
            if time_s - last_s > REST_S:
                found.append(time_s)
            last_s = time_s
    return found


def main() -> None:
    """Measure, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--vowels", type=int, default=12)
    parser.add_argument("--look-ahead", type=int, choices=(0, 40, 75), default=40)
    options = parser.parse_args()
    control, request = free_ports(2)
    stream = f"voice-{os.getpid()}"
    run = [sys.executable, "-m", "omote", "run", "--engine", "null", "--performance", "none", "--no-panel"]
    run += ["--publish", "ndi", "--stream", stream, "--size", "256", "--fps", "60", "--osc-port", "none"]
    run += ["--vmc-port", "none", "--control-port", str(control), "--request-port", str(request)]
    speak = [sys.executable, "-m", "bridge", "voice", "--send-sound", "--look-ahead", str(options.look_ahead)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ndi-config.v1.json").write_text('{"ndi": {"networks": {"ips": "127.0.0.1"}}}')
        os.environ["NDI_CONFIG_DIR"] = folder
        recording = Path(folder) / "vowels.wav"
        write_vowels(recording, options.vowels)
        speak += [str(recording), "--to", f"tcp://127.0.0.1:{control}"]
        with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.DEVNULL) as runtime:
            try:
                reader = Reader(stream)
                with subprocess.Popen(speak, cwd=ROOT, stderr=subprocess.DEVNULL) as bridge:
                    while bridge.poll() is None:
                        reader.read()
            finally:
                runtime.terminate()
    heard, seen = beginnings(reader.levels, LOUD), beginnings(reader.jaws, OPEN)
    apart = [
        1000 * min((mouth_s - sound_s for mouth_s in seen), key=abs, default=np.inf) for sound_s in heard
    ]
    apart = [one for one in apart if abs(one) < 1000 * PAUSE_S / 2]
    assert apart, "no vowel was both heard and seen"
    p50, p95 = (float(one) for one in np.percentile(apart, (50, 95)))
    print(f"lips and voice at an NDI reader, {options.look_ahead} ms of look-ahead, {platform.processor()}")
    print(f"{len(apart)} of {options.vowels} vowels heard and seen")
    print(f"mouth - sound, ms: p50 {p50:.0f}, p95 {p95:.0f}, from {min(apart):.0f} to {max(apart):.0f}")
    results = {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "vowels": len(apart)}
    print(json.dumps({"benchmark": "voice_ndi", "results": results}))


if __name__ == "__main__":
    main()
