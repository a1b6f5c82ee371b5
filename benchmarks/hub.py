"""The bridge: latency from a tracker's datagram to ZeroMQ, and CPU and memory with every tracker at once.

A hub with every network tracker runs in its own process, on free ports, like `omote-bridge auto`. Another process sends
every tracker's format 60 times a second. This process receives the messages, as the runtime would.

    inside    from receiving a frame's last datagram to handing its messages to ZeroMQ, for each tracker alone, then for
              all at once. Good: p99 <= 1 ms.
    outside   from the sender's last `send` of a frame to the arrival of its expression here, over two sockets and
              three processes.
    soak      all at once. Good: nothing valid dropped, CPU <= 25 % of a core, constant memory.

    python -m benchmarks.hub [--seconds 10] [--only livelink]    # a soak: --seconds 60
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import math
import socket
import struct
import threading
import time
from array import array
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np
import psutil
import zmq

from protocol.blendshapes import BLENDSHAPES
from protocol.codec import decode_control

HZ: Final = 60.0
WARM_UP_S: Final = 2.0
Frame = list[bytes]  # one frame's datagrams, in order


def text(value: str) -> bytes:
    """An OSC string."""
    raw = value.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def osc(address: str, tags: str, *values: Any) -> bytes:
    """An OSC message of strings, floats and ints."""
    body = b"".join(
        text(value) if tag == "s" else struct.pack(f">{tag}", value)
        for tag, value in zip(tags, values, strict=True)
    )
    return text(address) + text("," + tags) + body


def bundle(messages: list[bytes]) -> bytes:
    """An OSC bundle."""
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(m)) + m for m in messages)


def wave(number: int) -> float:
    """The value of all coefficients in a frame: whole percents that differ from frame to frame."""
    return 0.2 + 0.01 * (number % 60)


def vmc(number: int) -> Frame:
    """Bones in one bundle, blend shape clips in two, so that each fits into 1500 bytes."""
    bones = [osc("/VMC/Ext/Bone/Pos", "sfffffff", bone, 0, 0, 0, 0, 0.1 * wave(number), 0, 1)
             for bone in ("Neck", "Head")]  # fmt: skip
    clips = [osc("/VMC/Ext/Blend/Val", "sf", name, wave(number)) for name in BLENDSHAPES]
    return [bundle(bones), bundle(clips[:26]), bundle([*clips[26:], osc("/VMC/Ext/Blend/Apply", "")])]


def phone_text(number: int) -> Frame:
    """iFacialMocap's and Facemotion3D's text."""
    shapes = "|".join(f"{name}&{round(100 * wave(number))}" for name in BLENDSHAPES)
    yaw = 10.0 * wave(number)
    return [f"{shapes}|=head#1.0,{yaw},0.5,0.01,0.02,-0.5|rightEye#1,2,0|leftEye#1,2,0|".encode()]


def phone_json(number: int) -> Frame:
    """VTube Studio's and MeowFace's JSON."""
    shapes = [{"k": name, "v": wave(number)} for name in BLENDSHAPES]
    turn = {"x": 10.0 * wave(number), "y": 1.0, "z": 0.5}
    face = {"Timestamp": number, "Hotkey": -1, "FaceFound": True, "Rotation": turn, "Position": turn,
            "EyeLeft": turn, "EyeRight": turn, "BlendShapes": shapes}  # fmt: skip
    return [json.dumps(face).encode()]


def livelink(number: int) -> Frame:
    """Live Link Face's binary."""
    device, subject = b"8F1C9A52-3B7E-4B52-9D7E-1D0C2B3A4F5E", b"benchmark"
    head = b"\x06" + struct.pack(">i", len(device)) + device + struct.pack(">i", len(subject)) + subject
    numbers = [wave(number)] * 52 + [0.2 * wave(number)] * 9
    return [head + struct.pack(">ifii", number, 0.0, 60, 1) + b"\x3d" + struct.pack(">61f", *numbers)]


def openseeface(number: int) -> Frame:
    """An OpenSeeFace record whose landmarks form a rough face with an opening mouth."""
    opening = 10.0 * wave(number)
    points = [(320.0 + 90.0 * math.cos(0.3 * i), 240.0 + 100.0 * math.sin(0.3 * i)) for i in range(68)]
    for place in range(53, 58):
        points[place] = (points[place][0], points[place][1] + opening)
    record = struct.pack("<di2f2f", 1.7e9 + number / HZ, 0, 640.0, 480.0, 1.0, 1.0)
    record += struct.pack("<Bf4f3f3f", 1, 6.0, 0, 0, 0, 1, -178.0, 10.0 * wave(number), 91.0, 0, 0, -2.8)
    record += struct.pack("<68f", *[0.9] * 68) + struct.pack("<136f", *(x for point in points for x in point))
    spatial = [(-(x - 320.0) / 300.0, (y - 240.0) / 300.0, 0.1) for x, y in points] + [(0.0, 0.0, 0.3)] * 2
    return [record + struct.pack("<210f", *(x for point in spatial for x in point)) + bytes(56)]


def vrcft(number: int) -> Frame:
    """A VRCFaceTracking bundle of changed parameters."""
    names = ("JawOpen", "MouthClosed", "EyeLeftX", "EyeLeftY", "EyeRightX", "EyeRightY", "BrowInnerUpLeft",
             "MouthSmileLeft", "MouthSmileRight", "CheekPuffLeft", "TongueOut", "Head/Yaw")  # fmt: skip
    return [bundle([osc(f"/avatar/parameters/v2/{name}", "f", wave(number)) for name in names])]


def facecap(number: int) -> Frame:
    """A Face Cap bundle of all values."""
    shapes = [osc("/W", "if", index, wave(number)) for index in range(52)]
    return [bundle([osc("/HT", "fff", 0, 0, 0), osc("/HR", "fff", 1, 10 * wave(number), 1), *shapes])]


def audio2face(number: int) -> Frame:
    """A block of Audio2Face's TCP stream."""
    facial = {"Names": list(BLENDSHAPES), "Weights": [wave(number)] * 52}
    payload = json.dumps({"Audio2Face": {"Facial": facial, "Body": {}}}).encode()
    return [struct.pack(">Q", len(payload)) + payload]


ENCODERS: Final[dict[str, Callable[[int], Frame]]] = {
    "vmc": vmc,
    "ifacialmocap": phone_text,
    "facemotion3d": phone_text,
    "vts-phone": phone_json,
    "meowface": phone_json,
    "livelink": livelink,
    "openseeface": openseeface,
    "vrcft": vrcft,
    "facecap": facecap,
    "audio2face": audio2face,
}


class Stopwatch:
    """Wraps a tracker and records when it gets data.

    Attributes:
        began_s: time of its last `feed`. inside_ms: time from there to each `send` of its messages.
    """

    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker
        self.began_s = 0.0
        self.inside_ms = array("d")  # boxed floats would look like a leak
        if hasattr(tracker, "feed"):
            tracker.feed = self._timed(tracker.feed)
        else:
            self._connect = tracker.connect
            tracker.connect = self._connected

    def _timed(self, feed: Any) -> Any:
        def timed(*arguments: Any) -> Any:
            self.began_s = time.perf_counter()
            return feed(*arguments)

        return timed

    def _connected(self, sender: str) -> Any:
        stream = self._connect(sender)
        stream.feed = self._timed(stream.feed)
        return stream


def serve(address: str, names: list[str], control: Connection) -> None:
    """The bridge's process: a hub on free ports; sends its counters through the pipe after a stop message."""
    from bridge.calibration.profile import Profiles
    from bridge.commands.network_trackers import TRACKERS
    from bridge.ports.hub import Hub
    from bridge.sending.publisher import ControlPublisher
    from bridge.sending.sources import Sources

    trackers = {command.name: command.make() for command in TRACKERS if command.name in names}
    watches = {name: Stopwatch(tracker) for name, tracker in trackers.items()}

    class TimedPublisher(ControlPublisher):
        def send(self, messages: Any) -> bool:
            is_taken = super().send(messages)
            if not messages:  # a retry of queued messages
                return is_taken
            watch = watches[messages[0].source.partition(":")[0]]
            watch.inside_ms.append(1e3 * (time.perf_counter() - watch.began_s))
            return is_taken

    with TimedPublisher(address, high_water=256) as publisher:
        sources = Sources(publisher, profiles=Profiles(), say=lambda line: None)
        hub = Hub(
            list(trackers.values()),
            sources,
            say=lambda line: print("bridge:", line),
            ports=dict.fromkeys(names, (0,)),
            is_detecting=True,
        )

        async def work() -> None:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            serving = loop.create_task(hub.run(stop))
            await hub.ready.wait()
            await asyncio.sleep(0.5)  # until ZeroMQ has connected
            gc.collect()
            gc.freeze()  # as the command does
            control.send({name: ports[0] for name, ports in hub.open_ports.items()})
            await loop.run_in_executor(None, control.recv)
            stop.set()
            await serving

        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(work())
        inside_ms = [late for watch in watches.values() for late in watch.inside_ms[round(WARM_UP_S * HZ) :]]
        refused = {f"{tracker}: {reason}": count for (tracker, reason), count in sources.refused.items()}
        control.send((dict(hub.router.passed_over), refused, inside_ms))


def send(ports: dict[str, int], seconds: float, control: Connection) -> None:
    """The senders' process: every tracker's frames at a fixed rate, each with its own phase."""
    frames = {name: [ENCODERS[name](number) for number in range(60)] for name in ports}
    sockets: dict[str, socket.socket] = {}
    for name, port in ports.items():
        kind = socket.SOCK_STREAM if name == "audio2face" else socket.SOCK_DGRAM
        sockets[name] = socket.socket(socket.AF_INET, kind)
        sockets[name].connect(("127.0.0.1", port))
    sent: dict[str, list[int]] = {name: [] for name in ports}
    began_s = time.perf_counter()
    for number in range(round(seconds * HZ)):
        for place, name in enumerate(ports):
            due_s = began_s + (number + place / len(ports)) / HZ
            time.sleep(max(due_s - time.perf_counter(), 0.0))
            for datagram in frames[name][number % 60]:
                sockets[name].sendall(datagram)
            sent[name].append(time.monotonic_ns())
    time.sleep(0.3)
    control.send(sent)
    for one in sockets.values():
        one.close()


def listen(puller: zmq.Socket[bytes], heard: dict[str, list[int]], stop: threading.Event) -> None:
    """Receive messages; records when each tracker's expressions arrived."""
    newest: dict[str, dict[str, float]] = {}
    while not stop.is_set():
        if not puller.poll(100):
            continue
        message = decode_control(puller.recv())
        if message.layer == "expression":
            tracker = message.source.partition(":")[0]
            # The bridge repeats VRCFaceTracking's last face when the next one is late.
            if tracker != "vrcft" or newest.get(tracker) != message.values:
                heard.setdefault(tracker, []).append(time.monotonic_ns())
            newest[tracker] = message.values


def measure(names: list[str], seconds: float) -> dict[str, Any]:
    """One run with these trackers at once."""
    processes = get_context("spawn")
    puller = zmq.Context.instance().socket(zmq.PULL)
    address = f"tcp://127.0.0.1:{puller.bind_to_random_port('tcp://127.0.0.1')}"
    ours, theirs = processes.Pipe()
    hub = processes.Process(target=serve, args=(address, names, theirs), daemon=True)
    hub.start()
    theirs.close()  # so that recv() ends when the process does
    ports = ours.recv()
    heard: dict[str, list[int]] = {}
    stop = threading.Event()
    listener = threading.Thread(target=listen, args=(puller, heard, stop))
    listener.start()
    sender_ours, sender_theirs = processes.Pipe()
    sender = processes.Process(target=send, args=(ports, seconds + WARM_UP_S, sender_theirs), daemon=True)
    sender.start()
    sender_theirs.close()
    time.sleep(WARM_UP_S + 1.0)
    process = psutil.Process(hub.pid)
    cpu_s, began_s, rss_mb = sum(process.cpu_times()[:2]), time.perf_counter(), _rss_mb(process)
    time.sleep(max(seconds - 1.5, 0.5))
    share = (sum(process.cpu_times()[:2]) - cpu_s) / (time.perf_counter() - began_s)
    grown_mb = _rss_mb(process) - rss_mb
    sent = sender_ours.recv()
    time.sleep(0.3)
    ours.send("stop")
    passed_over, refused, inside_ms = ours.recv()
    stop.set()
    listener.join()
    puller.close()
    hub.join()
    sender.join()
    skip = round(WARM_UP_S * HZ)
    late_ms: dict[str, Any] = {}
    for name in names:
        came = heard.get(name, [])
        if len(came) == len(sent[name]):
            late_ms[name] = (np.array(came) - np.array(sent[name]))[skip:] / 1e6
    everything = np.concatenate([*late_ms.values()]) if late_ms else np.array([np.nan])
    return {
        "trackers": len(names),
        "sent": sum(map(len, sent.values())),
        "missing": {n: len(sent[n]) - len(heard.get(n, [])) for n in names if n not in late_ms},
        "passed_over": {name: count for name, count in passed_over.items() if count},
        "refused": refused,
        "inside_p50_ms": round(float(np.percentile(inside_ms, 50)), 3),
        "inside_p99_ms": round(float(np.percentile(inside_ms, 99)), 3),
        "outside_p50_ms": round(float(np.percentile(everything, 50)), 3),
        "outside_p99_ms": round(float(np.percentile(everything, 99)), 3),
        "cpu": round(share, 3),
        "rss_mb": round(rss_mb, 1),
        "grown_mb": round(grown_mb, 2),
    }


def _rss_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long all run at once")
    parser.add_argument("--only", help="one tracker alone")
    options = parser.parse_args()
    alone_s = min(options.seconds, 4.0)
    results = {name: measure([name], alone_s) for name in ENCODERS if options.only in (None, name)}
    if options.only is None:
        results["all at once"] = measure(list(ENCODERS), options.seconds)
    print(f"{'':<16}{'inside, ms':>16}{'outside, ms':>17}")
    print(
        f"{'60 a second each':<16}{'p50':>8}{'p99':>8}{'p50':>9}{'p99':>8}"
        f"{'of a core':>11}{'missing':>9}{'RSS MB':>9}"
    )
    for name, result in results.items():
        missing = sum(result["missing"].values())
        print(
            f"{name:<16}{result['inside_p50_ms']:>8}{result['inside_p99_ms']:>8}{result['outside_p50_ms']:>9}"
            f"{result['outside_p99_ms']:>8}{result['cpu']:>11.1%}{missing:>9}"
            f"{result['rss_mb']:>9}"
        )
    if "all at once" in results:
        print(
            f"all at once for {options.seconds:g} s: memory grew by {results['all at once']['grown_mb']} MB"
        )
    print(json.dumps({"benchmark": "hub", **results}))


if __name__ == "__main__":
    main()
