"""How late a face in Blender is: from a driver's message to Blender's shape keys, through a running Omote.

The runtime has the null engine and 60 frames a second, Blender runs without a window and calls the add-on 60 times a
second, as its timer does, and a driver sends 60 messages a second. A message waits for the next frame of the runtime and
of Blender, 0 to 33 ms. The add-on's own part is the second row: one call of its timer, with 52 shape keys and
three bones. Cores and memory are of all of Blender.

Good: a p50 of at most 35 ms, and at most 2 ms of Blender's own thread a call.

    python -m benchmarks.blender [--seconds 10] [--program blender]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from pathlib import Path

from benchmarks._timing import percentiles
from omote.client import ControlClient
from protocol.blendshapes import BLENDSHAPES
from protocol.messages import ControlMessage
from scripts.blender_zip import build
from tests.blender.blender_process import blenders, running_blender
from tests.live_runtime import chosen_ports, live_runtime

FPS = 60


def drive(port: int, stop: threading.Event) -> None:
    """Send every expression and the pose 60 times a second, with the time of measurement."""
    with ControlClient(control_port=port) as client:
        number = 0
        while not stop.wait(1 / FPS):
            number += 1
            value = 0.5 + 0.4 * (number % 2)
            shapes = dict.fromkeys(BLENDSHAPES, value)
            for layer, values in (("expression", shapes), ("pose", {"yaw": value - 0.5})):
                now_ns = time.time_ns()
                client.send(
                    ControlMessage(layer=layer, source="script", values=values, capture_time_ns=now_ns)  # type: ignore[arg-type]
                )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="of measuring")
    parser.add_argument(
        "--program", default=next(iter(blenders()), ""), help="a Blender, or a Python with bpy"
    )
    options = parser.parse_args()
    if not options.program:
        print("no Blender: apt-get install blender")
        print(json.dumps({"skipped": "no Blender"}))
        return
    ports = chosen_ports()
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with (
            live_runtime(home, ports=ports, publish=("zeromq",), fps=float(FPS)),
            running_blender(options.program, home) as blender,
        ):
            assert blender.install(zip=str(build(home / "omote_face.zip")))
            blender.character(names=list(BLENDSHAPES))
            blender.choose()
            blender.setting(publish_port=ports["publish"])
            blender.press(operator="connect")
            driver = threading.Thread(target=drive, args=(ports["control"], stop))
            driver.start()
            try:
                version = ".".join(map(str, blender.version()))
                ages_ms, calls_ms, cores, megabytes = blender.ages(seconds=options.seconds)
            finally:
                stop.set()
                driver.join()
    result = {
        "blender": version,
        "age_ms": percentiles(ages_ms, digits=1),
        "call_ms": percentiles(calls_ms),
        "cores": round(cores, 3),
        "memory_mb": round(megabytes),
    }
    print(f"Blender {version}, {len(ages_ms)} motions")
    print(f"{'':<28}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, key in (("message to shape keys, ms", "age_ms"), ("one call of the timer, ms", "call_ms")):
        print(f"{name:<28}" + "".join(f"{result[key][p]:>8}" for p in ("p50", "p95", "p99")))  # type: ignore[index]
    print(f"all of Blender: {cores:.1%} of a core, {megabytes:.0f} MB at most")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
