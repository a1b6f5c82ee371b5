"""How soon the mouth moves when a synthetic voice answers: text -> espeak-ng -> `omote-bridge voice --listen` -> frames.

The whole road of a talking character, in processes of their own: espeak-ng writes PCM, the pieces go over ZeroMQ as they
are made, the bridge hears them, and `omote run` draws with the null engine at 60 fps, whose bars show the jaw. Read are
the frames. Per answer:

    text -> sound        until espeak-ng has made its first samples
    sound -> moved       from sending the first samples to reading the first frame in which the mouth has moved: the
                         bridge's buffer (60 ms), the look-ahead, and what is silent at the beginning of the speech
    audible -> moved     the same from the first sample that can be heard, if it were played without the buffer
    text -> moved        all of it

Good: sound -> moved below 60 ms of buffer, the look-ahead, a consonant (100 ms) and a few frames.

    python -m benchmarks.voice_answer [--answers 20] [--look-ahead 40]
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import zmq

from benchmarks.latency import free_ports
from protocol.frames.frame_header import FRAME_TOPIC, unpack_header

ROOT = Path(__file__).resolve().parents[1]
HEADER, PIECE = 44, 2048
#: Samples above this level are heard, of 32767.
HEARD = 330
#: Share of the picture's pixels that differ when a bar has moved.
MOVED = 2e-4
ANSWERS = (
    "Apples are better than pears.",
    "How are you today, my friend?",
    "Open the window, it is warm.",
    "Eleven o'clock would be early enough.",
)


@contextmanager
def bridge_and_runtime(look_ahead_ms: int) -> Iterator[tuple[str, int]]:
    """Both programs.

    Yields:
        Where sound is sent, and the port of the frames.
    """
    control, request, publish = free_ports(3)
    run = [sys.executable, "-m", "omote", "run", "--engine", "null", "--performance", "none", "--no-panel"]
    run += ["--publish", "zeromq", "--size", "256", "--fps", "60", "--control-port", str(control)]
    run += ["--request-port", str(request), "--publish-port", str(publish)]
    run += ["--osc-port", "none", "--vmc-port", "none"]
    listen = [sys.executable, "-m", "bridge", "voice", "--listen", "tcp://127.0.0.1:0"]
    listen += ["--look-ahead", str(look_ahead_ms), "--lips", "network", "--to", f"tcp://127.0.0.1:{control}"]
    with (
        subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, text=True) as runtime,
        subprocess.Popen(listen, cwd=ROOT, stderr=subprocess.PIPE, text=True) as bridge,
    ):
        assert runtime.stdout is not None
        assert bridge.stderr is not None
        try:
            while "Ctrl-C" not in runtime.stdout.readline():
                assert runtime.poll() is None
            while not (found := re.search(r"listening at (\S+)", bridge.stderr.readline())):
                assert bridge.poll() is None
            yield found[1], publish
        finally:
            bridge.terminate()
            runtime.terminate()


class Watcher:
    """Reads frames and sees whether a bar has moved since the mouth was at rest."""

    def __init__(self, port: int) -> None:
        self._socket = zmq.Context.instance().socket(zmq.SUB)
        self._socket.setsockopt(zmq.CONFLATE, 1)
        self._socket.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
        self._socket.setsockopt(zmq.RCVTIMEO, 10_000)
        self._socket.connect(f"tcp://127.0.0.1:{port}")
        self._rest = self.pixels()

    def pixels(self) -> np.ndarray:
        """Those of the newest frame."""
        message = self._socket.recv()
        header = unpack_header(message)
        return np.frombuffer(message, np.uint8, offset=header.header_bytes)

    def wait_for_rest(self) -> None:
        """Until nothing has moved for half a second; that is how rest looks."""
        still_s = time.perf_counter()
        last = self.pixels()
        while time.perf_counter() - still_s < 0.5:
            now = self.pixels()
            if self._differ(now, last):
                still_s, last = time.perf_counter(), now
        self._rest = last

    def wait_for_move(self) -> float:
        """The time of the first frame that differs from rest."""
        while not self._differ(self.pixels(), self._rest):
            pass
        return time.perf_counter()

    def _differ(self, one: np.ndarray, other: np.ndarray) -> bool:
        return float(np.mean(np.abs(one.astype(np.int16) - other) > 24)) > MOVED


def answered(text: str, number: int, socket: zmq.Socket[bytes], watcher: Watcher) -> list[float]:
    """One answer's times, milliseconds: text to sound, sound to moved, audible to moved, text to moved."""
    begin_s = time.perf_counter()
    command = ["espeak-ng", "-v", "en-us", "--stdout", text]
    sent_s, silent_s, time_s = 0.0, None, 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as synthesizer:
        assert synthesizer.stdout is not None
        rate = int.from_bytes(synthesizer.stdout.read(HEADER)[24:28], "little")
        while samples := synthesizer.stdout.read(PIECE):
            message = {
                "type": "sound",
                "stream": str(number),
                "rate": rate,
                "samples": samples,
                "time_s": time_s,
            }
            socket.send(msgspec.msgpack.encode(message))
            sent_s = sent_s or time.perf_counter()
            heard = np.flatnonzero(np.abs(np.frombuffer(samples, "<i2").astype(np.int32)) > HEARD)
            if silent_s is None and len(heard):
                silent_s = time_s + int(heard[0]) / rate
            time_s += len(samples) / 2 / rate
    assert silent_s is not None, f"espeak-ng says nothing for {text!r}"
    moved_s = watcher.wait_for_move()
    return [
        1000 * one
        for one in (sent_s - begin_s, moved_s - sent_s, moved_s - sent_s - silent_s, moved_s - begin_s)
    ]


def main() -> None:
    """Measure, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--answers", type=int, default=20)
    parser.add_argument("--look-ahead", type=int, choices=(0, 40, 75), default=40)
    options = parser.parse_args()
    with bridge_and_runtime(options.look_ahead) as (address, port), zmq.Context() as context:
        socket = context.socket(zmq.PUSH)
        socket.connect(address)
        watcher = Watcher(port)
        rows = []
        for number in range(options.answers):
            watcher.wait_for_rest()
            rows.append(answered(ANSWERS[number % len(ANSWERS)], number, socket, watcher))
        socket.close(linger=0)
    print(f"a voice that answers, {options.look_ahead} ms of look-ahead, {platform.processor()}")
    print(f"{'milliseconds':18}{'p50':>8}{'p95':>8}{'p99':>8}")
    results = {}
    for name, values in zip(
        ("text -> sound", "sound -> moved", "audible -> moved", "text -> moved"),
        zip(*rows, strict=True),
        strict=True,
    ):
        p50, p95, p99 = (float(one) for one in np.percentile(values, (50, 95, 99)))
        print(f"{name:18}{p50:8.0f}{p95:8.0f}{p99:8.0f}")
        results[name] = {"p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1)}
    print(msgspec.json.encode({"benchmark": "voice_answer", "results": results}).decode())


if __name__ == "__main__":
    main()
