"""The two roads into OBS in one run: our source beside a browser that shows /obs, as OBS's browser source does.

OBS in Debian has no browser source. What stands in for it is what that source is made of: the Chromium Embedded Framework,
drawing off screen, with the same size and frame rate. In OBS the painted picture would still be uploaded and drawn, which
costs there what it costs our source, and is left out.

The same 512 x 512 frames, 60 a second, go to shared memory and to the panel's page at the same time.

    cpu       in shares of a core: OBS with an empty scene, OBS with our source, and CEF with all its processes; and what
              publishing takes in the runtime's process, by shared memory alone and with the page. Also a shown frame,
              without what the empty scene takes: on a busy machine, that is what can be compared
    latency   publish called -> the frame leaves OBS; -> CEF has painted it
    memory    of CEF's processes, shared pages counted once (PSS); OBS's is in `benchmarks.obs`

Good: our source takes less of a core than the browser that it does without, and is not later by more than OBS's two frames.

    python -m benchmarks.obs_browser [--seconds 20]

Needs what tests/obs needs, and CEF: pip install cef-capi-py (125 MB; no other part of Omote uses it).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks._timing import percentiles
from benchmarks.obs import FPS, SIZE, draw_number, install_probe
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher
from runtime.publishers.shared_memory import SharedMemoryPublisher
from tests.obs.conftest import build
from tests.obs.obs_process import running_obs

WARM_UP_S = 3.0
FIRST_NUMBER = 1000


def seconds_used(process: psutil.Process) -> float:
    """CPU seconds of a process and of all that it has started."""
    used = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system
    return used


class Watched:
    """CPU of several processes over one stretch of time."""

    def __init__(self, **processes: psutil.Process) -> None:
        self._processes = processes
        self._before = {name: seconds_used(one) for name, one in processes.items()}
        self._began_s = time.perf_counter()

    def shares(self) -> dict[str, float]:
        """Of one core, since the beginning."""
        spent_s = time.perf_counter() - self._began_s
        return {
            name: round((seconds_used(one) - self._before[name]) / spent_s, 3)
            for name, one in self._processes.items()
        }


def publish_for(
    publishers: list[SharedMemoryPublisher | BrowserPublisher], seconds: float, first: int
) -> list[tuple[int, int]]:
    """Publish FPS frames a second by all; (number, Unix ns before publishing) of each."""
    pixels = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 4), np.uint8)
    sent: list[tuple[int, int]] = []
    begin_s = time.perf_counter()
    for number in range(first, first + int(seconds * FPS)):
        draw_number(pixels, number)
        time.sleep(max(0.0, begin_s + len(sent) / FPS - time.perf_counter()))
        sent.append((number, time.time_ns()))
        for publisher in publishers:
            publisher.publish(Frame(pixels, frame_id=number))
    return sent


def ages_ms(sent: list[tuple[int, int]], seen: Path) -> tuple[NDArray[np.float64], float]:
    """Milliseconds of the frames that were shown, and their share."""
    shown = dict(map(int, line.split()) for line in seen.read_text().splitlines() if " " in line)
    ages = [(shown[number] - at_ns) * 1e-6 for number, at_ns in sent if number in shown]
    return np.array(ages), len(ages) / len(sent)


@contextmanager
def cef_page(url: str, seen: Path, display: str) -> Iterator[psutil.Process]:
    """The page in CEF, until the end of the block; CEF asks for an X server, on which it shows nothing."""
    command = [sys.executable, "-m", "benchmarks._cef_page", url, str(SIZE), str(FPS), str(seen)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | {"DISPLAY": display})
    try:
        yield psutil.Process(process.pid)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


def measure(folder: Path, seconds: float) -> dict[str, object]:
    """Start both, publish, and measure."""
    home, user = folder / "home", folder / "user"
    home.mkdir()
    user.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(user)
    build(folder / "build", home)
    install_probe(home)
    by_obs, by_cef = folder / "obs.txt", folder / "cef.txt"
    own = psutil.Process()
    inbox = Inbox()
    with (
        running_obs(home, fps=FPS, variables={"OMOTE_PROBE": str(by_obs)}) as (obs, started),
        closing(SharedMemoryPublisher("omote", folder=user / "omote")) as memory,
        closing(BrowserPublisher(inbox, port=0)) as page,
    ):
        of_obs = psutil.Process(started.pid)
        time.sleep(WARM_UP_S)
        watched = Watched(obs=of_obs)
        time.sleep(seconds / 2)
        empty = watched.shares()["obs"]
        obs.add("face", "omote_face", {})
        publish_for([memory], WARM_UP_S, 1)
        watched = Watched(obs=of_obs, runtime=own)
        publish_for([memory], seconds / 2, FIRST_NUMBER)
        alone = watched.shares()
        with cef_page(f"{page.url}obs", by_cef, obs.display) as of_cef:
            first = 2 * FIRST_NUMBER
            while not (by_cef.is_file() and by_cef.stat().st_size):  # it starts, for some seconds
                first += len(publish_for([memory, page], 1.0, first))
            publish_for([memory, page], WARM_UP_S, first)
            watched = Watched(obs=of_obs, cef=of_cef, runtime=own)
            sent = publish_for([memory, page], seconds, first + FIRST_NUMBER)
            both = watched.shares()
            cef_mb = (
                sum(one.memory_full_info().pss for one in [of_cef, *of_cef.children(recursive=True)]) / 1e6
            )
        time.sleep(0.5)
    spent_s = (sent[-1][1] - sent[0][1]) * 1e-9
    print(f"OBS, empty scene           {empty:6.1%} of a core")
    print(f"OBS with our source        {alone['obs']:6.1%}; runtime's publishing {alone['runtime']:.1%}")
    print(
        f"the same, beside CEF       {both['obs']:6.1%}; runtime's publishing, with the page {both['runtime']:.1%}"
    )
    print(f"CEF that shows /obs        {both['cef']:6.1%}, {cef_mb:.0f} MB in all its processes")
    found: dict[str, object] = {"empty": empty, "alone": alone, "both": both, "cef_mb": round(cef_mb)}
    for name, seen, used in (("obs", by_obs, both["obs"] - empty), ("cef", by_cef, both["cef"])):
        ages, share = ages_ms(sent, seen)
        cpu_ms = 1e3 * used * spent_s / len(ages)
        found[name] = {**percentiles(ages, digits=1), "shown": round(share, 3), "cpu_ms": round(cpu_ms, 2)}
        print(
            f"publish -> {name}             p50 {np.median(ages):.1f} ms, p99 {np.percentile(ages, 99):.1f} ms"
        )
        print(
            f"    shown                  {share:.1%} of {len(sent) / spent_s:.0f} frames a second, CPU {cpu_ms:.2f} ms each"
        )
    return found


def main() -> None:
    """Measure, print, and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of the measurement beside each other")
    args = parser.parse_args()
    results: dict[str, object] = {}
    missing = [name for name in ("obs", "Xvfb", "cmake", "g++") if shutil.which(name) is None]
    missing += [] if importlib.util.find_spec("cef_capi") else ["cef-capi-py (pip)"]
    if missing:
        print(f"not here: {', '.join(missing)} is missing")
    else:
        with tempfile.TemporaryDirectory() as folder:
            results = measure(Path(folder), args.seconds)
    print(json.dumps({"benchmark": "obs_browser", "size": SIZE, "fps": FPS, "results": results}))


if __name__ == "__main__":
    main()
