"""A tracker fed from a real UDP socket, as the hub does."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.observation import Observation
from bridge.trackers.network_tracker import DatagramTracker, FeedResult, FlushingTracker, GreetingTracker
from protocol.codec import Refusal
from tests.waiting import PATIENCE_S

PHONE = Path(__file__).with_name("phone_process.py")


@contextmanager
def udp_socket(port: int = 0) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", port))
        listener.settimeout(0.02)
        yield listener


def listen(
    tracker: DatagramTracker, listener: socket.socket, *, until: int
) -> tuple[list[Observation], list[Refusal]]:
    """Feed, greet and flush a tracker until it has made `until` observations."""
    seen: list[Observation] = []
    refused: list[Refusal] = []
    heard_ns = 0
    end_s = time.monotonic() + PATIENCE_S
    while len(seen) < until and time.monotonic() < end_s:
        greets = isinstance(tracker, GreetingTracker)
        for greeting in tracker.greetings(time.time_ns(), heard_ns) if greets else ():
            listener.sendto(greeting.datagram, (greeting.host, greeting.port))
        try:
            datagram, (host, port) = listener.recvfrom(65535)
        except (TimeoutError, ConnectionError):  # Windows reports that the last greeting had no listener
            fed = tracker.flush(time.time_ns()) if isinstance(tracker, FlushingTracker) else FeedResult()
        else:
            fed = tracker.feed(datagram, f"{host}:{port}", time.time_ns())
            heard_ns = time.time_ns() if fed.observations else heard_ns
        seen += fed.observations
        refused += fed.refusals
    return seen, refused


@contextmanager
def phone(kind: str, port: int, reply_port: int) -> Iterator[subprocess.Popen[str]]:
    """A simulated phone in its own process, ready to receive."""
    command = [sys.executable, str(PHONE), kind, str(port), str(reply_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "waits"
            yield process
        finally:
            process.kill()


def question(process: subprocess.Popen[str]) -> str:
    """The greeting that the phone received."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
