"""A hub on its own thread with real sockets, and the socket on which a runtime would receive its messages."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import zmq

from bridge.calibration.profile import Profiles
from bridge.ports.hub import Hub, NetworkTracker
from bridge.sending.publisher import ControlPublisher
from bridge.sending.sources import Sources
from protocol.codec import decode_control
from protocol.messages import ControlMessage
from tests.waiting import PATIENCE_S, until


class Wire:
    """Receives messages in place of a runtime.

    Attributes:
        received: how many so far; what has not come yet of those that were sent is still on its way.
    """

    def __init__(self, socket: zmq.Socket[bytes], address: str) -> None:
        self._socket = socket
        self.address = address
        self.received = 0

    def take(self, wait_s: float = 0.3) -> list[ControlMessage]:
        """All messages until none has arrived for `wait_s`; to see that none comes."""
        taken = []
        while self._socket.poll(int(wait_s * 1000)):
            taken.append(self._receive())
        return taken

    def take_until(self, sent: int) -> list[ControlMessage]:
        """All messages until so many have been received in all; fails when they do not come, or more do."""
        taken: list[ControlMessage] = []

        def are_all_here() -> bool:
            taken.extend(self.take(0))
            return self.received >= sent

        until(are_all_here)
        assert self.received == sent, taken
        return taken

    def until(self, wanted: Callable[[ControlMessage], bool]) -> ControlMessage:
        """The first message that `wanted` accepts; fails after PATIENCE_S."""
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            if self._socket.poll(100):
                message = self._receive()
                if wanted(message):
                    return message
        raise AssertionError("no such message came")

    def _receive(self) -> ControlMessage:
        self.received += 1
        return decode_control(self._socket.recv())


@contextmanager
def open_wire() -> Iterator[Wire]:
    with zmq.Context() as context, context.socket(zmq.PULL) as puller:
        port = puller.bind_to_random_port("tcp://127.0.0.1")
        yield Wire(puller, f"tcp://127.0.0.1:{port}")


class Running:
    """A running hub; its attributes may be read meanwhile."""

    def __init__(self, hub: Hub, sources: Sources, lines: list[str], sender: socket.socket) -> None:
        self._sender = sender
        self.hub = hub
        self.sources = sources
        self.lines = lines

    def port(self, tracker: str) -> int:
        return self.hub.open_ports[tracker][0]

    def send(self, tracker: str, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._sender.sendto(datagram, ("127.0.0.1", self.port(tracker)))

    def until_said(self, *parts: str) -> str:
        """The first printed line that contains all parts."""
        return until(lambda: next((line for line in list(self.lines) if all(p in line for p in parts)), ""))


@contextmanager
def running_hub(address: str, *trackers: NetworkTracker, **options: Any) -> Iterator[Running]:
    """Run a hub with these trackers, on free ports unless `ports` is given."""
    lines: list[str] = []
    of_sources = {key: options.pop(key) for key in ("layers", "mirror", "rename") if key in options}
    profiles = options.pop("profiles", None) or Profiles()
    options.setdefault("ports", {tracker.name: (0,) for tracker in trackers})
    with ControlPublisher(address, high_water=256) as publisher:
        sources = Sources(publisher, profiles=profiles, say=lines.append, **of_sources)
        hub = Hub(trackers, sources, say=lines.append, **options)
        loop = asyncio.SelectorEventLoop()
        stop = asyncio.Event()
        thread = threading.Thread(target=loop.run_until_complete, args=(hub.run(stop),))
        thread.start()
        try:
            until(hub.ready.is_set)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                yield Running(hub, sources, lines, sender)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


@contextmanager
def repeating(work: Callable[[], object], hz: float = 60.0) -> Iterator[None]:
    """Call `work` repeatedly on another thread."""
    stop = threading.Event()

    def repeat() -> None:
        while not stop.wait(1.0 / hz):
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
