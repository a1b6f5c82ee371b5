"""What the source of obs_sample costs in a real OBS: latency, CPU, and memory over time.

OBS draws 320 x 240 at 60 fps on a virtual screen, with a software driver where there is no graphics card; 512 x 512 frames
are published 60 times a second.

    latency   publish called -> the frame leaves OBS, as its encoders get it. A frame waits for OBS's next one, and is
              copied back from the graphics card in the one after: 17 to 33 ms at 60 fps
    cpu       of OBS in shares of a core: an empty scene, the source with a runtime that stands still, and one that runs
    memory    of OBS at minute 1 and at the end, with --minutes: another publisher every 4 seconds, in three sizes

Good: p50 at most 33 ms (two frames), less than 5 % of a core for the source, less than 10 MB after the first minute.

    python -m benchmarks.obs [--seconds 10] [--minutes 10]

Needs what tests/obs needs: obs-studio, libobs-dev, xvfb, cmake, g++.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks._timing import percentiles
from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
from tests.obs.conftest import PLUGINS, build
from tests.obs.obs_process import Obs, running_obs

SIZE, FPS = 512, 60
OTHER_SIZES = (256, 640, SIZE)
BITS, SQUARE = 24, 8
WARM_UP_S = 3.0
RESTART_S = 4.0
PROBE = Path(__file__).parent / "obs_probe.cpp"


def install_probe(home: Path) -> None:
    """Compile benchmarks/obs_probe.cpp into OBS's folder of plugins."""
    folder = home / PLUGINS / "omote-probe/bin/64bit"
    folder.mkdir(parents=True)
    command = [
        "g++",
        "-std=c++17",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        "-I/usr/include/obs",
    ]
    command += [str(PROBE), "-lobs", "-o", str(folder / "omote-probe.so")]
    subprocess.run(command, check=True, timeout=300)


def draw_number(pixels: NDArray[np.uint8], number: int) -> None:
    """Draw a number, at most 24 bits, as obs_probe.cpp reads it. pixels: (H, W, 4)."""
    bits = np.array([number >> bit & 1 for bit in reversed(range(BITS))], np.uint8) * 255
    squares = np.repeat(np.repeat(np.stack([bits, 255 - bits]), SQUARE, 0), SQUARE, 1)
    pixels[: 2 * SQUARE, : BITS * SQUARE, :3] = squares[..., None]
    pixels[: 2 * SQUARE, : BITS * SQUARE, 3] = 255  # a white square that is transparent is black in OBS


def publish_for(
    publisher: SharedMemoryPublisher, size: int, seconds: float, first: int = 1
) -> list[tuple[int, int]]:
    """Publish FPS frames a second; (number, Unix ns before publishing) of each."""
    pixels = np.random.default_rng(1).integers(0, 256, (size, size, 4), np.uint8)
    sent: list[tuple[int, int]] = []
    begin_s = time.perf_counter()
    for number in range(first, first + int(seconds * FPS)):
        draw_number(pixels, number)
        time.sleep(max(0.0, begin_s + len(sent) / FPS - time.perf_counter()))
        sent.append((number, time.time_ns()))
        publisher.publish(Frame(pixels, frame_id=number))
    return sent


@contextmanager
def cpu_share(process: psutil.Process) -> Iterator[list[float]]:
    """Cores that a process used during the block, as the list's only item."""
    used: list[float] = []
    before, began_s = process.cpu_times(), time.perf_counter()
    yield used
    after = process.cpu_times()
    spent_s = after.user + after.system - before.user - before.system
    used.append(round(spent_s / (time.perf_counter() - began_s), 4))


def latencies_ms(sent: list[tuple[int, int]], seen: Path) -> tuple[NDArray[np.float64], float]:
    """Milliseconds of the frames that OBS showed, without the warm-up, and the share that it showed."""
    left = dict(map(int, line.split()) for line in seen.read_text().splitlines())
    measured = sent[int(WARM_UP_S * FPS) :]
    ages = [(left[number] - at_ns) * 1e-6 for number, at_ns in measured if number in left]
    return np.array(ages), len(ages) / len(measured)


def latency_and_cpu(
    obs: Obs, process: psutil.Process, rings: Path, seen: Path, seconds: float
) -> dict[str, object]:
    """Measure, and print."""
    time.sleep(WARM_UP_S)
    with cpu_share(process) as empty:
        time.sleep(seconds)
    with closing(SharedMemoryPublisher("omote", folder=rings)) as publisher:
        obs.add("face", "omote_face", {})
        publish_for(publisher, SIZE, 1.0)
        with cpu_share(process) as still:
            time.sleep(seconds)
        with cpu_share(process) as running:
            sent = publish_for(publisher, SIZE, WARM_UP_S + seconds, first=1000)
        ages, share = latencies_ms(sent, seen)
    found = percentiles(ages, digits=1)
    print(
        f"publish -> frame of OBS   p50 {found['p50']} ms, p99 {found['p99']} ms; {share:.0%} of the frames were shown"
    )
    print(
        f"OBS's CPU                 empty {empty[0]:.1%}, still {still[0]:.1%}, {FPS} fps {running[0]:.1%} of a core"
    )
    return {
        "latency_ms": found,
        "shown": round(share, 3),
        "empty": empty[0],
        "still": still[0],
        "running": running[0],
    }


def memory(process: psutil.Process, rings: Path, minutes: float) -> dict[str, float]:
    """Start publishers again and again; OBS's memory in MB at minute 1 and at the end."""
    began_s, said = time.perf_counter(), -1
    megabytes: dict[int, float] = {}
    restarts = 0
    while (minute := (time.perf_counter() - began_s) / 60) < minutes:
        with closing(SharedMemoryPublisher("omote", folder=rings)) as publisher:
            publish_for(publisher, OTHER_SIZES[restarts % len(OTHER_SIZES)], RESTART_S)
        restarts += 1
        if int(minute) > said:
            said = int(minute)
            megabytes[said] = round(process.memory_info().rss / 1e6, 1)
            print(
                f"minute {said:<3} {megabytes[said]:8.1f} MB, {process.num_fds()} files, {restarts} publishers",
                flush=True,
            )
    end = round(process.memory_info().rss / 1e6, 1)
    first = megabytes.get(1, megabytes[0])
    print(f"the end    {end:8.1f} MB: {end - first:+.1f} MB since minute 1")
    return {"minute_1_mb": first, "end_mb": end, "restarts": restarts}


def main() -> None:
    """Measure, print, and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--minutes", type=float, default=0.0, help="of watching OBS's memory")
    args = parser.parse_args()
    results: dict[str, object] = {}
    missing = [name for name in ("obs", "Xvfb", "cmake", "g++") if shutil.which(name) is None]
    if missing:
        print(f"not here: {', '.join(missing)} is missing")
    else:
        with tempfile.TemporaryDirectory() as folder:
            home, user = Path(folder) / "home", Path(folder) / "user"
            home.mkdir()
            user.mkdir(mode=0o700)
            os.environ["XDG_RUNTIME_DIR"] = str(user)
            build(Path(folder) / "build", home)
            install_probe(home)
            seen = Path(folder) / "seen.txt"
            with running_obs(home, fps=FPS, variables={"OMOTE_PROBE": str(seen)}) as (obs, started):
                process = psutil.Process(started.pid)
                results |= latency_and_cpu(obs, process, user / "omote", seen, args.seconds)
                if args.minutes:
                    results["memory"] = memory(process, user / "omote", args.minutes)
    print(json.dumps({"benchmark": "obs", "size": SIZE, "fps": FPS, "results": results}))


if __name__ == "__main__":
    main()
