"""The browser publisher: from `publish` to pixels on a canvas in Chromium, 512 x 512 at 60 fps, in milliseconds.

    python -m benchmarks.panel

"publish" is the cost in the frame loop: a copy, and waking the server's thread, which then takes the GIL to send.
"arrived": a client in this process has received the raw pixels. "canvas": /obs in headless Chromium has drawn the frame
and read a pixel back, by the browser's clock (resolution 0.1 ms), for every encoding; the picture is a portrait on a
transparent background. Good: publish at most 1 at p95 and 0.1 without clients,
arrived at most 4 at p50, canvas raw at most 5 at p50 and 10 at p99. Without Chromium and its driver the canvas
is left out. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from websockets.sync.client import connect

from benchmarks._timing import percentiles
from face.avatar import load_avatar
from protocol.frames.frame_header import unpack_header
from runtime.avatars.shelf import Shelf
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher

SIDE = 512
FRAMES = 600
WARM_UP = 60
FPS = 60
ENCODINGS = ("raw", "jpeg", "webp")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
WATCH = """
window.drawn = {};
const face = document.getElementById('face');
new MutationObserver(() => {
  face.getContext('2d').getImageData(256, 256, 1, 1);  // waits until the pixels are drawn
  window.drawn[face.dataset.frameId] = performance.timeOrigin + performance.now();
}).observe(face, {attributeFilter: ['data-frame-id']});
"""


def client(port: int, arrived_ns: dict[int, int], stop: threading.Event) -> None:
    """Receive frames and acknowledge them, like the page; records arrival times by frame id."""
    with connect(f"ws://127.0.0.1:{port}/socket", compression=None, max_size=2**24) as socket:
        while not stop.is_set():
            try:
                message = socket.recv(timeout=0.2)
            except TimeoutError:
                continue
            if isinstance(message, bytes):
                arrived_ns[unpack_header(message).frame_id] = time.time_ns()
                socket.send('{"type":"ack"}')


def portrait() -> NDArray[np.uint8]:
    """(SIDE, SIDE, 4) uint8 RGBA: the default avatar's sheet, a face on a transparent background."""
    folder = Shelf().resolve("")
    assert folder is not None
    with Image.open(load_avatar(folder).files["sheet"]) as sheet:
        pixels = np.array(sheet.convert("RGBA").resize((SIDE, SIDE)))
    pixels[pixels[..., 3] == 0] = 0
    return pixels


def publish_all(publisher: BrowserPublisher, pixels: NDArray[np.uint8]) -> tuple[dict[int, int], list[float]]:
    """Publish frames at FPS.

    Returns:
        Unix time in ns before each `publish`, by frame id; duration of each `publish` after the warm-up, ms.
    """
    began_ns: dict[int, int] = {}
    took_ms = []
    next_s = time.perf_counter()
    for number in range(1, WARM_UP + FRAMES + 1):
        began_ns[number] = time.time_ns()
        before_ns = time.perf_counter_ns()
        publisher.publish(Frame(pixels, frame_id=number))
        took_ms.append((time.perf_counter_ns() - before_ns) / 1e6)
        next_s += 1 / FPS
        time.sleep(max(next_s - time.perf_counter(), 0.0))
    return began_ns, took_ms[WARM_UP:]


def in_process(pixels: NDArray[np.uint8]) -> dict[str, dict[str, float]]:
    """Percentiles of `publish` with and without a client, and of the arrival at a client in this process."""
    publisher = BrowserPublisher(Inbox(), port=0)
    _, alone_ms = publish_all(publisher, pixels)
    arrived_ns: dict[int, int] = {}
    stop = threading.Event()
    reader = threading.Thread(target=client, args=(publisher.port, arrived_ns, stop))
    reader.start()
    time.sleep(0.5)
    began_ns, took_ms = publish_all(publisher, pixels)
    stop.set()
    reader.join()
    publisher.close()
    way_ms = [(at - began_ns[n]) / 1e6 for n, at in arrived_ns.items() if n > WARM_UP]
    return {
        "publish, no clients": percentiles(alone_ms),
        "publish, one client": percentiles(took_ms),
        "arrived": percentiles(way_ms),
    }


def on_canvas(pixels: NDArray[np.uint8]) -> dict[str, dict[str, float]]:
    """Percentiles of drawing a frame in Chromium, for every encoding; empty without Chromium."""
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        print(
            "no Chromium or no driver: the canvas is left out (apt-get install -y chromium chromium-driver)"
        )
        return {}
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    results: dict[str, dict[str, float]] = {}
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={Path(profile)}"):
            options.add_argument(flag)
        with webdriver.Chrome(options=options, service=Service(driver)) as browser:
            for encoding in ENCODINGS:
                publisher = BrowserPublisher(Inbox(), port=0)
                browser.get(f"{publisher.url}obs?encoding={encoding}")
                browser.execute_script(WATCH)
                time.sleep(0.5)
                began_ns, _ = publish_all(publisher, pixels)
                time.sleep(0.3)
                drawn = browser.execute_script("return window.drawn")
                browser.get("about:blank")
                publisher.close()
                way_ms = [at - began_ns[int(n)] / 1e6 for n, at in drawn.items() if int(n) > WARM_UP]
                shown = {"shown": round(len(way_ms) / FRAMES, 3)}
                results[f"canvas, {encoding}"] = percentiles(way_ms) | shown
    return results


def main() -> int:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    pixels = portrait()
    results = in_process(pixels) | on_canvas(pixels)
    print(f"{SIDE} x {SIDE}, {FPS} frames a second, milliseconds; shown: share of the frames that were drawn")
    print(f"{'':<22}{'p50':>8}{'p95':>8}{'p99':>8}{'shown':>8}")
    for name, result in results.items():
        shown = f"{result['shown']:>8.1%}" if "shown" in result else ""
        print(f"{name:<22}{result['p50']:>8.2f}{result['p95']:>8.2f}{result['p99']:>8.2f}{shown}")
    print(json.dumps({"benchmark": "panel", "unit": "ms", **results}))
    return 0


if __name__ == "__main__":
    main()
