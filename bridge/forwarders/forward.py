"""Sends a runtime's composed motion on to other programs, frame by frame.

with Destination(VmcForwarder(), "127.0.0.1", 39540) as unreal:
    forward(reader, [unreal], stop=stop, say=print)
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

from bridge.errors import ForwardError
from bridge.forwarders.forwarder import Forwarder
from bridge.forwarders.motion_reader import MotionReader

REPORT_S: Final = 5.0
_WAIT_S: Final = 0.25
_SILENT_S: Final = 1.5


class Destination:
    """One program that is sent to. Never waits; belongs to one thread.

    Attributes:
        name: for people, "vmc 127.0.0.1:39540".
        sent: datagrams sent.
        unheard: datagrams that nobody took, as far as that is told.
        local_port: the port they come from.
        forwarder: what makes them.
    """

    def __init__(self, forwarder: Forwarder, host: str, port: int) -> None:
        """Raises ForwardError: the host is not known."""
        self.name = f"{forwarder.name} {host}:{port}"
        self.sent = 0
        self.unheard = 0
        self.forwarder = forwarder
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, kind)
            self._socket.setblocking(False)
            # connected, so that a port that nobody holds is told
            self._socket.connect(address)
        except (OSError, UnicodeError) as error:
            raise ForwardError(
                f"{host}:{port} cannot be sent to ({error}); give an address such as 127.0.0.1:{port}"
            ) from error
        self.local_port = int(self._socket.getsockname()[1])

    def send(self, motion_datagrams: Sequence[bytes]) -> None:
        """Send one frame's datagrams."""
        for datagram in motion_datagrams:
            try:
                self._socket.send(datagram)
            except OSError:  # nobody there, no network now, or the system's buffer is full
                self.unheard += 1
            else:
                self.sent += 1

    def is_heard_as(self, source: str) -> bool:
        """Whether a driver of this name can only be what is sent here."""
        kind, _, who = source.partition(":")
        if kind != self.forwarder.name:
            return False
        subject = self.forwarder.subject
        return who == subject if subject else who.endswith(f":{self.local_port}")

    def close(self) -> None:
        """Give the port back; may be called twice."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def forward(
    reader: MotionReader,
    destinations: Sequence[Destination],
    *,
    stop: threading.Event,
    say: Callable[[str], None],
    most_fps: float = 60.0,
) -> int:
    """Send every frame's motion, at most `most_fps` a second, until stopped; returns the frames sent.

    Raises:
        ForwardError: the runtime that is read hears what is sent, and would follow itself.
    """
    frames = counted = 0
    is_silent = False
    heard_s = report_s = time.monotonic()
    next_s = 0.0
    while not stop.is_set():
        motion = reader.read(_WAIT_S)
        now_s = time.monotonic()

        # Send, unless the frame before it was only just sent.
        if motion is not None:
            if is_silent:
                say(f"motion comes from {reader.address} again")
            is_silent, heard_s = False, now_s
            if now_s >= next_s:
                # a picture a little early is still the next one, and early ones do not add up
                next_s = max(next_s + 1.0 / most_fps, now_s - 0.5 / most_fps)
                for destination in destinations:
                    destination.send(destination.forwarder.datagrams(motion, time_s=time.time()))
                frames += 1
        elif not is_silent and now_s - heard_s > _SILENT_S:
            is_silent = True
            say(f"no motion comes from {reader.address}: waiting; start the runtime with: omote run")

        # Never in a circle.
        for source in reader.drivers():
            for destination in destinations:
                if destination.is_heard_as(source):
                    raise ForwardError(
                        f"the runtime at {reader.address} hears what is sent to {destination.name}, as {source!r}, "
                        "and would follow itself: send to another program, or run one with another port"
                    )

        # Say now and then how it goes.
        if now_s - report_s >= REPORT_S:
            if frames > counted:
                say(_report(destinations, (frames - counted) / (now_s - report_s)))
            counted, report_s = frames, now_s
            for destination in destinations:
                destination.sent = destination.unheard = 0
    return frames


def _report(destinations: Sequence[Destination], fps: float) -> str:
    said = []
    for destination in destinations:
        is_heard = destination.sent > destination.unheard
        said.append(destination.name + ("" if is_heard else " (nobody listens there)"))
    return f"{fps:.0f} fps to {', '.join(said)}"
