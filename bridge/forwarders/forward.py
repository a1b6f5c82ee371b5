"""Forwards a runtime's composed motion to other programs, frame by frame.

with Destination(VmcForwarder(), "127.0.0.1", 39540) as warudo:
    forward(reader, [warudo], stop=stop, say=print)
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
from bridge.forwarders.frame_limit import FrameLimit
from bridge.forwarders.motion_reader import MotionReader

REPORT_S: Final = 5.0
_WAIT_S: Final = 0.25
#: Report that no motion arrives after this long.
_SILENT_S: Final = 1.5


class Destination:
    """One receiving program. Never waits; belongs to one thread.

    Attributes:
        name: for people, such as "vmc 127.0.0.1:39540".
        sent: datagrams handed to the system.
        failed: datagrams that could not be sent, or whose predecessor was answered with "port unreachable".
        local_port: the port that the datagrams are sent from.
        forwarder: makes the datagrams.
    """

    def __init__(self, forwarder: Forwarder, host: str, port: int) -> None:
        """Connect a UDP socket to the receiver.

        Args:
            forwarder: makes the datagrams.
            host: name or address.
            port: UDP port.

        Raises:
            ForwardError: the host is unknown.
        """
        self.name = f"{forwarder.name} {host}:{port}"
        self.sent = 0
        self.failed = 0
        self.forwarder = forwarder
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            # `localhost` is ::1 first on many systems, and most receivers listen on IPv4 only.
            family, kind, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
            self._socket = socket.socket(family, kind)
            self._socket.setblocking(False)
            # Only a connected UDP socket reports that the port is closed (ICMP port unreachable).
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
            except OSError:  # port closed, no network, or send buffer full
                self.failed += 1
            else:
                self.sent += 1

    def is_echo(self, source: str) -> bool:
        """Whether a driver of the runtime can only be what this destination sends, which makes a feedback loop.

        Args:
            source: the driver's name, as `MotionReader.drivers` gives it.
        """
        kind, _, sender = source.partition(":")
        if kind != self.forwarder.name:
            return False
        subject = self.forwarder.subject
        return sender == subject if subject else sender.endswith(f":{self.local_port}")

    def close(self) -> None:
        """Close the socket; may be called twice."""
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
    max_fps: float = 60.0,
) -> int:
    """Send the motion of every frame until stopped; return the number of frames sent.

    Args:
        reader: receives the motion.
        destinations: the receivers.
        stop: ends it when set.
        say: called with lines for the user.
        max_fps: frames a second; the runtime's further frames are left out.

    Raises:
        ForwardError: the runtime receives its own motion from a destination, which is a feedback loop.
    """
    frames = counted = 0
    is_silent = False
    heard_s = report_s = time.monotonic()
    limit = FrameLimit(max_fps)
    while not stop.is_set():
        motion = reader.read(_WAIT_S)
        now_s = time.monotonic()

        # Send, unless that were more frames a second than wanted.
        if motion is not None:
            if is_silent:
                say(f"motion comes from {reader.address} again")
            is_silent, heard_s = False, now_s
            if limit.allows(now_s):
                for destination in destinations:
                    destination.send(destination.forwarder.datagrams(motion, time_s=time.time()))
                frames += 1
        elif not is_silent and now_s - heard_s > _SILENT_S:
            is_silent = True
            say(f"no motion comes from {reader.address}: waiting; start the runtime with: omote run")

        # Stop on a feedback loop.
        for source in reader.drivers():
            for destination in destinations:
                if destination.is_echo(source):
                    raise ForwardError(
                        f"the runtime at {reader.address} receives what is sent to {destination.name}, as "
                        f"driver {source!r}, and would follow itself: send to another program, or use another port"
                    )

        # Report the rate.
        if now_s - report_s >= REPORT_S:
            if frames > counted:
                say(_report(destinations, (frames - counted) / (now_s - report_s)))
            counted, report_s = frames, now_s
            for destination in destinations:
                destination.sent = destination.failed = 0
    return frames


def _report(destinations: Sequence[Destination], fps: float) -> str:
    names = []
    for destination in destinations:
        is_received = destination.sent > destination.failed
        names.append(destination.name + ("" if is_received else " (no program listens there)"))
    return f"{fps:.0f} fps to {', '.join(names)}"
