"""Changing avatars while the face moves: what it costs the frames, and how soon the runtime stops meanwhile.

    python -m benchmarks.avatar_switch [--seconds 10] [--root OTHER_CHECKOUT]

`omote run` with the head engine at 512 and 60 fps in a process of its own, with the built-in performance. This process
subscribes to the motion of every frame, and asks for another avatar: a copy of a built-in one in a folder of its own.

    still           no request.
    switching       one request after the other is worn; `worn` counts the switches.
    asking          five requests a second, whatever the answer, as an impatient page does.
    hostile         five requests a second for a folder with a named pipe, a bomb and a broken rig.

    fps             frames a second. Good: >= 59.
    gap p99, gap    between two frames, the 99th percentile and the longest, in frame times. Good: <= 2.
    stops in        from SIGTERM to the process's end during the requests. Good: <= 1 s.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import psutil
import zmq

from protocol.frames.frame_header import MOTION_TOPIC
from runtime.avatars.builtin import builtin_avatars

FPS: Final = 60
ASK_S: Final = 0.2
WARM_UP_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind of request did."""

    requests: str
    fps: float
    gap_p99: float
    gap: float
    worn: int
    refused: int
    memory_mb: float
    stops_in_s: float


def copies(parent: Path) -> list[Path]:
    """Built-in avatars as anyone's folders."""
    made = []
    for name, folder in builtin_avatars().items():
        made.append(parent / f"my-{name}")
        shutil.copytree(folder, made[-1])
    return made


def hostile(parent: Path) -> list[Path]:
    """Folders that cost a careless reader time or memory."""
    made = copies(parent)[:3]
    (made[0] / "thumbnail.png").unlink()
    for picture in made[0].glob("face.*"):
        picture.unlink()
        os.mkfifo(picture)
    with (made[1] / "rig.npz").open("r+b") as rig:
        rig.truncate(20_000)
    (made[2] / "avatar.toml").write_text("format = 1\na = " + "[" * 60_000)
    return made


class Watched:
    """A running `omote run`, the arrival of each of its frames, and requests to it."""

    def __init__(self, root: Path) -> None:
        self._context: zmq.Context[Any] = zmq.Context()
        self._frames = self._context.socket(zmq.SUB)
        self._asking = self._context.socket(zmq.DEALER)
        ports = {name: self._free_port() for name in ("control", "request", "publish")}
        options = [f"--{name}-port={port}" for name, port in ports.items()]
        options += ["--osc-port=none", "--vmc-port=none", "--no-panel", "--publish=zeromq", f"--fps={FPS}"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "omote", "run", *options],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        assert self._process.stdout is not None
        while "Ctrl-C" not in self._process.stdout.readline():
            if self._process.poll() is not None:
                raise SystemExit("omote run did not start")
        self._frames.connect(f"tcp://127.0.0.1:{ports['publish']}")
        self._frames.setsockopt(zmq.SUBSCRIBE, MOTION_TOPIC)
        self._asking.connect(f"tcp://127.0.0.1:{ports['request']}")
        self.worn = self.refused = self.unanswered = 0

    def watch(self, seconds: float, folders: list[Path], *, every_s: float) -> list[float]:
        """Seconds between frames.

        Args:
            seconds: how long.
            folders: asked for in turn.
            every_s: seconds between requests; 0 = when the one before is answered.
        """
        gaps = []
        asked = 0
        before_s = 0.0
        ends_s = time.perf_counter() + seconds
        next_s = time.perf_counter() if folders else ends_s + 1.0
        while (now_s := time.perf_counter()) < ends_s:
            if now_s >= next_s and (every_s or not self.unanswered):
                self._ask(folders[asked % len(folders)])
                asked += 1
                next_s = now_s + every_s
            if self._frames.poll(20):
                self._frames.recv()
                arrived_s = time.perf_counter()
                if before_s:
                    gaps.append(arrived_s - before_s)
                before_s = arrived_s
            while self._asking.poll(0):
                reply = msgspec.msgpack.decode(self._asking.recv_multipart()[-1])
                self.unanswered -= 1
                self.worn += reply["ok"]
                self.refused += not reply["ok"]
        return gaps

    def memory_mb(self) -> float:
        """Resident memory of the runtime and the processes that it started."""
        runtime = psutil.Process(self._process.pid)
        return sum(one.memory_info().rss for one in (runtime, *runtime.children(recursive=True))) / 2**20

    def stop(self, folders: list[Path]) -> float:
        """Seconds from SIGTERM to the end, after a burst of requests."""
        for folder in folders:
            self._ask(folder)
        time.sleep(0.05)
        began_s = time.perf_counter()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60.0)
        took_s = time.perf_counter() - began_s
        self._context.destroy(linger=0)
        return took_s

    def _ask(self, folder: Path) -> None:
        command = {"type": "command", "name": "load_avatar", "argument": str(folder)}
        self._asking.send_multipart([b"", msgspec.msgpack.encode(command)])
        self.unanswered += 1

    def _free_port(self) -> int:
        socket = self._context.socket(zmq.PUSH)
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        socket.close(linger=0)
        return int(port)


def measure(kind: str, root: Path, seconds: float, folders: list[Path], every_s: float) -> Row:
    """One row in a runtime of its own."""
    watched = Watched(root)
    watched.watch(WARM_UP_S, [], every_s=0.0)
    gaps = np.array(watched.watch(seconds, folders, every_s=every_s)) * FPS
    memory_mb = watched.memory_mb()
    stops_in_s = watched.stop(folders)
    return Row(
        requests=kind,
        fps=round(len(gaps) / seconds, 1),
        gap_p99=round(float(np.percentile(gaps, 99)), 2) if len(gaps) else float("inf"),
        gap=round(float(gaps.max()), 2) if len(gaps) else float("inf"),
        worn=watched.worn,
        refused=watched.refused,
        memory_mb=round(memory_mb, 1),
        stops_in_s=round(stops_in_s, 2),
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What changing avatars costs the frames.")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        mine, bad = Path(temporary) / "mine", Path(temporary) / "bad"
        for folder in (mine, bad):
            folder.mkdir()
        own, broken = copies(mine), hostile(bad)
        plans: list[tuple[str, list[Path], float]] = [
            ("still", [], 0.0), ("switching", own, 0.0), ("asking", own, ASK_S), ("hostile", broken, ASK_S),
        ]  # fmt: skip
        rows = [
            measure(kind, arguments.root, arguments.seconds, folders, every_s)
            for kind, folders, every_s in plans
        ]
    print(f"{'':<12}{'fps':>7}{'gap p99':>9}{'gap':>7}{'worn':>6}{'refused':>9}{'MB':>8}{'stops in':>10}")
    for row in rows:
        print(
            f"{row.requests:<12}{row.fps:>7.1f}{row.gap_p99:>9.2f}{row.gap:>7.2f}{row.worn:>6}{row.refused:>9}"
            f"{row.memory_mb:>8.0f}{row.stops_in_s:>9.2f}s"
        )
    result = {"benchmark": "avatar_switch", "unit": "frame times", "rows": [asdict(row) for row in rows]}
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
