"""Panel: from `publish` to pixels in a client's hands and its ack, 512 x 512, in milliseconds.

    PYTHONPATH=. python benchmarks/panel.py

One client on this machine that acks at once, 60 frames a second. "publish" is what the loop pays: a copy, and
waking the thread that serves pages, which then takes the interpreter's lock to send. "arrived" is when the
client holds the pixels. Good: publish at most 1 at p95 and 0.1 without clients, arrived at most 4 at p50 (a
browser adds drawing). The last line is JSON.
"""

from __future__ import annotations

import json
import threading
import time

import numpy as np
from websockets.sync.client import connect

from protocol.frame_header import unpack_header
from runtime.frame import Frame
from runtime.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher

SIDE = 512
FRAMES = 300
WARM_UP = 30
FPS = 60


def client(port: int, arrived_ns: dict[int, int], stop: threading.Event) -> None:
    """Take frames and ack them, as the page does."""
    with connect(f"ws://127.0.0.1:{port}/socket", compression=None, max_size=2**24) as socket:
        while not stop.is_set():
            try:
                message = socket.recv(timeout=0.2)
            except TimeoutError:
                continue
            if isinstance(message, bytes):
                arrived_ns[unpack_header(message).frame_id] = time.perf_counter_ns()
                socket.send('{"type":"ack"}')


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    return {f"p{p}": round(float(np.percentile(milliseconds, p)), 3) for p in (50, 95, 99)}


def publish_all(publisher: BrowserPublisher) -> tuple[dict[int, int], list[float]]:
    """Publish at the usual pace; when each frame began, and what each `publish` took."""
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 4), np.uint8)
    began_ns: dict[int, int] = {}
    took_ms = []
    for number in range(1, WARM_UP + FRAMES + 1):
        began_ns[number] = time.perf_counter_ns()
        publisher.publish(Frame(pixels, frame_id=number))
        took_ms.append((time.perf_counter_ns() - began_ns[number]) / 1e6)
        time.sleep(1 / FPS)
    return began_ns, took_ms[WARM_UP:]


def main() -> int:
    """Measure and print."""
    publisher = BrowserPublisher(Inbox(), port=0)
    _, alone_ms = publish_all(publisher)
    arrived_ns: dict[int, int] = {}
    stop = threading.Event()
    reader = threading.Thread(target=client, args=(publisher.port, arrived_ns, stop))
    reader.start()
    time.sleep(0.5)
    began_ns, took_ms = publish_all(publisher)
    stop.set()
    reader.join()
    publisher.close()
    way_ms = [(at - began_ns[n]) / 1e6 for n, at in arrived_ns.items() if n > WARM_UP]
    results = {
        "publish, no clients": percentiles(alone_ms),
        "publish, one client": percentiles(took_ms),
        "arrived": percentiles(way_ms),
    }
    print(f"{SIDE} x {SIDE}, {FPS} frames a second, {len(way_ms)} of {FRAMES} frames arrived, milliseconds")
    print(f"{'':<22}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, result in results.items():
        print(f"{name:<22}{result['p50']:>8}{result['p95']:>8}{result['p99']:>8}")
    print(json.dumps({"benchmark": "panel", "unit": "ms", "arrived_share": len(way_ms) / FRAMES, **results}))
    return 0


if __name__ == "__main__":
    main()
