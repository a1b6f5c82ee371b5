"""Latency from another process's send to `Inbox.take` in the loop, in microseconds.

    python -m benchmarks.receiver

A sender in its own process sends a pose 250 times a second, by ZeroMQ. "waiting": the loop sleeps in
`Inbox.wait`; "busy": it computes in Python for about a millisecond a frame and then calls sleep(0), the
worst case for the receiver's thread. Good: waiting p99 at most 500. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

import numpy as np

from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts

SENDER = """
import sys, time, msgpack, zmq
socket = zmq.Context().socket(zmq.PUSH)
socket.connect("tcp://127.0.0.1:" + sys.argv[1])
time.sleep(0.3)
message = {"type": "control", "layer": "pose", "source": "benchmark", "values": {"yaw": 0.1}}
for i in range(1500):
    socket.send(msgpack.packb(message | {"capture_time_ns": time.time_ns()}))
    time.sleep(0.004)
"""


def measured_us(*, busy: bool) -> dict[str, float]:
    """p50, p95, p99 and the worst of 1500 messages, from send to `take`."""
    inbox = Inbox()
    late_ns: list[int] = []
    ports = ReceiverPorts(control=0, request=None, osc=None, vmc=None)
    with Receiver(inbox, ports) as receiver:
        sender = subprocess.Popen([sys.executable, "-c", SENDER, str(receiver.ports.control)])
        while sender.poll() is None:
            if busy:
                sum(i * i for i in range(20_000))
                time.sleep(0)
            else:
                inbox.wait(0.016)
            now_ns = time.time_ns()
            late_ns += [now_ns - received.message.capture_time_ns for received in inbox.take()]
    times = np.array(late_ns[50:]) / 1e3
    return {name: round(float(np.percentile(times, q))) for name, q in
            (("p50", 50), ("p95", 95), ("p99", 99), ("worst", 100))}  # fmt: skip


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    results = {"waiting": measured_us(busy=False), "busy": measured_us(busy=True)}
    print("sent by another process -> taken by the loop, microseconds")
    print(f"{'':<10}{'p50':>8}{'p95':>8}{'p99':>8}{'worst':>8}")
    for name, result in results.items():
        print(f"{name:<10}" + "".join(f"{value:>8}" for value in result.values()))
    print(json.dumps({"benchmark": "receiver", "unit": "us", **results}))


if __name__ == "__main__":
    main()
