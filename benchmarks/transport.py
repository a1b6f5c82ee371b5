"""Frame transport: latency from `publish` to pixels in another process, and the effect of readers on the frame rate.

    python -m benchmarks.transport [--seconds 10] [--torn-minutes 10]

latency   one publisher at 60 frames a second, one reader in its own process; milliseconds from just before `publish`
          until the reader holds a whole copy. Good, p50 / p99: 512 x 512 shm with doorbell 0.25 / 1.4, zeromq
          1.0 / 3; 1920 x 1080 shm 1.2 / 2.
cost      `omote run` with the null engine, 512 x 512, 60 fps: its frame rate with misbehaving readers, as a share of its
          rate without readers right before and after. Good: at least 0.95, for 20 readers at
          once, readers that are stopped (SIGSTOP), and readers that are killed one after the other while they copy.
torn      a writer and a reader without pauses, beside a process that keeps a core busy; every pixel of every frame is
          checked. Good: 0, also in 10 minutes.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event as EventType
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.latency import free_ports
from omote.client import ControlClient
from omote.readers.ring_file import RingFile
from omote.readers.selection import ReaderChoice, open_reader
from protocol.frames.ring_files import ring_files
from protocol.frames.ring_header import PIXELS_AT
from protocol.messages import Command
from runtime.frames.frame import Frame
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.shared_memory import SharedMemoryPublisher
from runtime.publishers.zeromq import ZeroMqPublisher

FPS = 60
WARM_UP_S = 1.5
SPAWN = multiprocessing.get_context("spawn")  # readers are independent processes: no forked state
SIZES = {"512 x 512": (512, 512), "1920 x 1080": (1080, 1920)}
TRANSPORTS = ("shm", "zeromq")


def read_latencies(transport: str, choice: ReaderChoice, seconds: float, results: Any) -> None:
    """The reader's process: puts the latency of each frame after the warm-up into `results`, milliseconds."""
    latencies: list[float] = []
    with closing(open_reader(transport, choice)) as reader:
        reader.read(20.0)
        began_s = time.monotonic()
        while (now_s := time.monotonic()) < began_s + WARM_UP_S + seconds:
            frame = reader.read(0.2)
            if frame is not None and now_s > began_s + WARM_UP_S:
                latencies.append((frame.arrived_time_ns - frame.render_time_ns) / 1e6)
    results.put(latencies)


def latency(transport: str, shape: tuple[int, int], folder: Path, seconds: float) -> dict[str, float]:
    """p50 and p99 of one transport in milliseconds, and the number of frames that arrived."""
    doorbell = Doorbell()
    zeromq = ZeroMqPublisher(port=0, doorbell=doorbell)
    memory = SharedMemoryPublisher(folder=folder, doorbell=doorbell)
    results = SPAWN.Queue()
    choice = ReaderChoice(folder=folder, publish_port=zeromq.port)
    reader = SPAWN.Process(target=read_latencies, args=(transport, choice, seconds, results))
    reader.start()
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 4), np.uint8)
    frame_id, next_s = 0, time.perf_counter()
    while results.empty() and reader.is_alive():
        frame_id += 1
        frame = Frame(pixels, frame_id=frame_id, render_time_ns=time.time_ns())
        if transport == "shm":
            memory.publish(frame)
        zeromq.publish(frame)
        next_s = max(next_s + 1 / FPS, time.perf_counter())
        time.sleep(next_s - time.perf_counter() if next_s > time.perf_counter() else 0)
    latencies = results.get(timeout=10)
    reader.join()
    memory.close()
    zeromq.close()
    p50, p99 = np.percentile(latencies, [50, 99]) if latencies else (float("nan"), float("nan"))
    return {"p50": round(float(p50), 3), "p99": round(float(p99), 3), "frames": len(latencies)}


# -- readers and the frame rate ------------------------------------------------------------------------


def read_on(transport: str, choice: ReaderChoice, ready: EventType) -> None:
    """A reader's process: reads every frame until the process is killed."""
    with closing(open_reader(transport, choice)) as reader:
        reader.read(20.0)
        ready.set()
        while True:
            reader.read(0.5)


def copy_on(transport: str, choice: ReaderChoice, ready: EventType) -> None:
    """A reader's process that copies from the ring almost all the time, also without a new frame."""
    if transport != "shm" or choice.folder is None:
        return read_on(transport, choice, ready)
    ring = RingFile(ring_files(choice.folder, choice.stream)[0])
    pixels = np.empty(ring.header.stride * ring.header.height, np.uint8)
    ready.set()
    while True:
        ring.copy(ring.header.slot_offset(1) + PIXELS_AT, pixels)
        time.sleep(0.0002)


@contextmanager
def runtime(folder: Path) -> Iterator[tuple[ControlClient, ReaderChoice]]:
    """Run a runtime with the null engine; yields a client, and where readers find its frames."""
    request, publish = free_ports(2)
    config = folder / "omote.toml"
    config.write_text(f'[shared_memory]\nfolder = "{(folder / "rings").as_posix()}"\n', "utf-8")
    line = ["run", "--engine", "null", "--performance", "none", "--fps", str(FPS), "--publish", "shm,zeromq"]
    line += ["--config", str(config), "--request-port", str(request), "--publish-port", str(publish)]
    line += [f"--{name}-port=none" for name in ("control", "osc", "vmc", "panel")]
    with subprocess.Popen([sys.executable, "-m", "omote", *line], stdout=subprocess.DEVNULL) as process:
        with ControlClient(request_port=request, timeout_s=20) as client:
            client.request(Command(name="ping"))
            yield client, ReaderChoice(folder=folder / "rings", publish_port=publish)
            client.request(Command(name="stop"))
        process.wait(20)


def rate(client: ControlClient, seconds: float) -> float:
    """The runtime's frames per second over a period, by its own clock."""

    def counted() -> tuple[int, float]:
        status = client.request(Command(name="status")).status
        assert status is not None
        return status.frames, status.uptime_s

    frames, at_s = counted()
    time.sleep(seconds)
    more, later_s = counted()
    return (more - frames) / (later_s - at_s)


def leave(readers: list[BaseProcess], seconds: float) -> None:
    """Do nothing: the readers go on reading."""


def stop(readers: list[BaseProcess], seconds: float) -> None:
    """Stop all readers with SIGSTOP."""
    for one in readers:
        assert one.pid is not None
        os.kill(one.pid, signal.SIGSTOP)


def kill(readers: list[BaseProcess], seconds: float) -> None:
    """Kill the readers one after the other."""
    for one in readers:
        time.sleep(0.8 * seconds / len(readers))
        one.kill()


@dataclass(frozen=True, slots=True)
class Trial:
    """`count` readers that run `work`; `act` is applied to them while the frame rate is measured."""

    name: str
    count: int
    work: Callable[[str, ReaderChoice, EventType], None]
    act: Callable[[list[BaseProcess], float], None]


TRIALS = (
    Trial("20 at once", 20, read_on, leave),
    Trial("5 stopped", 5, read_on, stop),
    Trial("5 killed", 5, copy_on, kill),
)


def cost(transport: str, trial: Trial, seconds: float) -> float:
    """The runtime's frame rate during a trial, as a share of its rate before and after."""
    with (
        tempfile.TemporaryDirectory(dir=memory_folder()) as folder,
        runtime(Path(folder)) as (client, choice),
    ):
        time.sleep(1.0)
        before = rate(client, seconds)
        ready = [SPAWN.Event() for _ in range(trial.count)]
        readers: list[BaseProcess] = [
            SPAWN.Process(target=trial.work, args=(transport, choice, one)) for one in ready
        ]
        for one in readers:
            one.start()
        for event in ready:
            event.wait(30)
        time.sleep(1.0)
        acting = threading.Thread(target=trial.act, args=(readers, seconds))
        acting.start()
        during = rate(client, seconds)
        acting.join()
        for one in readers:
            one.kill()
            one.join()
        time.sleep(0.5)
        return round(during / ((before + rate(client, seconds)) / 2), 3)


# -- torn frames ---------------------------------------------------------------------------------------


def write_numbers(folder: Path, ended: EventType) -> None:
    """The writer's process: every pixel of frame n is n."""
    publisher = SharedMemoryPublisher(folder=folder)
    numbers = np.empty((512, 512), np.uint32)
    frame_id = 0
    while not ended.is_set():
        frame_id += 1
        numbers.fill(frame_id)
        publisher.publish(Frame(numbers.view(np.uint8).reshape(512, 512, 4), frame_id=frame_id))
    publisher.close()


def burn(ended: EventType) -> None:
    """A process that keeps a core busy."""
    while not ended.is_set():
        sum(range(10_000))


def torn(seconds: float) -> dict[str, int]:
    """Counts of frames read, skipped because they were overwritten while being copied, and torn."""
    counts = {"read": 0, "given_up": 0, "torn": 0}
    ended = SPAWN.Event()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name) / "rings"
        others = [
            SPAWN.Process(target=write_numbers, args=(folder, ended)),
            SPAWN.Process(target=burn, args=(ended,)),
        ]
        for one in others:
            one.start()
        with closing(open_reader("shm", ReaderChoice(folder=folder, publish_port=1))) as reader:
            reader.read(20.0)
            ends_s = time.monotonic() + seconds
            while time.monotonic() < ends_s:
                frame = reader.read(0.2)
                if frame is not None:
                    counts["read"] += 1
                    counts["torn"] += not bool((frame.pixels.view(np.uint32) == frame.frame_id).all())
            counts["given_up"] = reader.torn
        ended.set()
        for one in others:
            one.join()
    return counts


# -- command -------------------------------------------------------------------------------------------


def memory_folder() -> str | None:
    """The folder of shared memory files; None where the system has none."""
    return "/dev/shm" if sys.platform.startswith("linux") else None


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="a measurement (default %(default)g)")
    parser.add_argument("--torn-minutes", type=float, default=0.25, help="default %(default)g")
    given = parser.parse_args()
    latencies: dict[str, dict[str, float]] = {}
    print(f"publish -> pixels in the reader's buffer, {FPS} frames a second, milliseconds")
    for size, shape in SIZES.items():
        for transport in TRANSPORTS:
            with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
                name = f"{transport}, {size}"
                latencies[name] = latency(transport, shape, Path(folder) / "rings", given.seconds)
                print(
                    f"  {name:<22} p50 {latencies[name]['p50']:7.3f}   p99 {latencies[name]['p99']:7.3f}",
                    flush=True,
                )
    costs: dict[str, float] = {}
    print("the runtime's frame rate with readers, as a share of that without")
    for trial in TRIALS:
        if trial.act is stop and not hasattr(signal, "SIGSTOP"):
            continue  # Windows has no SIGSTOP
        for transport in TRANSPORTS:
            name = f"{transport}, {trial.name}"
            costs[name] = cost(transport, trial, given.seconds)
            print(f"  {name:<22} {costs[name]:.3f}", flush=True)
    counts = torn(60 * given.torn_minutes)
    print(f"torn: {counts['torn']} of {counts['read']} frames, {counts['given_up']} given up for newer ones")
    print(
        json.dumps({"benchmark": "transport", "latency_ms": latencies, "rate_share": costs, "torn": counts})
    )
    return int(counts["torn"] > 0)


if __name__ == "__main__":
    sys.exit(main())
