"""What hostile neighbours on this machine can do to a running face: floods, idle connections, web pages' requests.

A runtime with the null engine at 60 fps, a driver at 60 Hz and a reader in processes of their own; then each attack
for a few seconds, from a process of its own.

    fps             frames a second that reach the reader during the attack. Good: >= 55.
    longest gap     between two frames at the reader. Good: <= 100 ms.
    driven          share of the frames in which the driver's value differs from the frame's before; without attack about 1.
    memory          the runtime's largest resident size during the attack, and how much that is above the start's.
    stops in        from SIGTERM to the process's end, while the attack goes on. Good: <= 1 s.

    python -m benchmarks.attacks [--seconds 4] [--only topics,parts] [--root OTHER_CHECKOUT]
"""

from __future__ import annotations

import argparse
import json
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing import Event, Process, Queue
from pathlib import Path

import psutil
import zmq

from benchmarks._hostile_traffic import ATTACKS, Ports
from benchmarks.latency import drive, free_ports
from protocol.channels import CHANNELS
from protocol.codec import decode_message
from protocol.frames.frame_header import FRAME_TOPIC, MOTION_TOPIC
from protocol.messages import MotionMessage

#: The place of the driver's value in a Motion, and the smallest change of it that counts.
JAW = next(place for place, channel in enumerate(CHANNELS) if channel.name == "jawOpen")
LEAST_MOVE = 1e-6


@dataclass(frozen=True, slots=True)
class Row:
    """What one attack did."""

    attack: str
    fps: float
    longest_gap_ms: float
    driven: float
    memory_mb: float
    grown_mb: float
    stops_in_s: float


@contextmanager
def runtime(root: Path, engine: str) -> Iterator[tuple[subprocess.Popen[str], Ports]]:
    """A runtime in a process of its own, from a checkout."""
    ports = Ports(*free_ports(3), osc=_free_udp_port(), panel=free_ports(1)[0])
    line = [sys.executable, "-m", "omote", "run", "--engine", engine, "--performance", "none", "--fps", "60"]
    for name, port in asdict(ports).items():
        line += [f"--{name}-port", str(port)]
    line += ["--vmc-port", "none", "--publish", "zeromq,browser", "--size", "256"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(line, cwd=root, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            while "Ctrl-C" not in (said := process.stdout.readline()):
                if not said:
                    errors.seek(0)
                    raise RuntimeError(f"the runtime did not start: {errors.read()}")
            yield process, ports
        finally:
            process.kill()


def read(port: int, seconds: float, out: Queue[tuple[int, float, float]]) -> None:
    """The reader's process: how many frames, the longest gap between two, and the share that was driven."""
    with zmq.Context() as context, context.socket(zmq.SUB) as reader:
        for topic in (FRAME_TOPIC, MOTION_TOPIC):
            reader.setsockopt(zmq.SUBSCRIBE, topic)
        reader.setsockopt(zmq.RCVTIMEO, int(seconds * 1000) + 2000)
        reader.setsockopt(zmq.RCVHWM, 8)
        reader.connect(f"tcp://127.0.0.1:{port}")
        reader.recv()
        began_s = before_s = time.perf_counter()
        frames, motions, driven, gap_s, jaw = 0, 0, 0, 0.0, 0.0
        while (now_s := time.perf_counter()) - began_s < seconds:
            left_ms = max(int((began_s + seconds - now_s) * 1000), 1)
            if not reader.poll(left_ms):
                break
            data = reader.recv()
            if data.startswith(MOTION_TOPIC):
                motion = decode_message(data[len(MOTION_TOPIC) :])
                assert isinstance(motion, MotionMessage)
                motions += 1
                driven += abs(motion.values[JAW] - jaw) > LEAST_MOVE
                jaw = motion.values[JAW]
                continue
            now_s = time.perf_counter()
            gap_s, before_s = max(gap_s, now_s - before_s), now_s
            frames += 1
        gap_s = max(gap_s, time.perf_counter() - before_s)
        out.put((frames, gap_s, driven / max(motions, 1)))


def measure(name: str, seconds: float, root: Path, engine: str) -> Row:
    """One attack on one fresh runtime."""
    with ExitStack() as stack:
        process, ports = stack.enter_context(runtime(root, engine))
        over, attack_over = Event(), Event()
        driver = Process(target=drive, args=(ports.control, over))
        driver.start()
        time.sleep(1.5)
        program = psutil.Process(process.pid)
        start_bytes = peak = program.memory_info().rss
        attacker = Process(target=ATTACKS[name], args=(ports, attack_over))
        attacker.start()
        time.sleep(0.3)
        out: Queue[tuple[int, float, float]] = Queue()
        reader = Process(target=read, args=(ports.publish, seconds, out))
        reader.start()
        while reader.is_alive():
            peak = max(peak, program.memory_info().rss)
            reader.join(0.1)
        frames, gap_s, driven = out.get(timeout=1.0) if not out.empty() else (0, seconds, 0.0)
        began_s = time.perf_counter()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15.0)
        stops_in_s = time.perf_counter() - began_s
        attack_over.set()
        over.set()
        attacker.join(3.0)
        if attacker.is_alive():
            attacker.kill()
        driver.join(3.0)
    return Row(
        name, frames / seconds, gap_s * 1e3, driven, peak / 2**20, (peak - start_bytes) / 2**20, stops_in_s
    )


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="a measurement (default %(default)s)")
    parser.add_argument("--only", default=",".join(ATTACKS), help="some attacks, with commas")
    parser.add_argument("--engine", default="null", help="default %(default)s")
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parents[1], help="the checkout that is attacked"
    )
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"{'attack':<12}{'fps':>7}{'gap ms':>9}{'driven':>9}{'MB':>8}{'grown':>8}{'stops in s':>12}")
    rows = []
    for name in options.only.split(","):
        row = measure(name, options.seconds, options.root, options.engine)
        rows.append(row)
        print(
            f"{row.attack:<12}{row.fps:>7.1f}{row.longest_gap_ms:>9.0f}{row.driven:>9.2f}{row.memory_mb:>8.0f}"
            f"{row.grown_mb:>8.0f}{row.stops_in_s:>12.2f}",
            flush=True,
        )
    print(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main()
