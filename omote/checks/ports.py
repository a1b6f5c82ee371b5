"""Checks for `omote doctor` whether the default ports are free."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Final

from omote.checks.finding import Finding
from omote.checks.packages import is_importable
from protocol.messages import CONTROL_PORT, OSC_PORT, PANEL_PORT, PUBLISH_PORT, REQUEST_PORT, VMC_PORT

#: port -> what uses it, as in the options of `omote run`, and whether it is UDP
PORTS: Final = {
    CONTROL_PORT: ("control", False),
    REQUEST_PORT: ("request", False),
    PUBLISH_PORT: ("publish", False),
    PANEL_PORT: ("panel", False),
    OSC_PORT: ("osc", True),
    VMC_PORT: ("vmc", True),
}


def check_ports() -> Iterator[Finding]:
    """Check that the default ports are free or used by a running Omote."""
    taken = {port: use for port, use in PORTS.items() if not _is_free(port, is_udp=use[1])}
    free = ", ".join(f"{port} {name}" for port, (name, _) in PORTS.items() if port not in taken)
    if free:
        yield Finding("Ports", "ok", f"free on 127.0.0.1: {free}")
    if not taken:
        return
    if REQUEST_PORT in taken and _omote_answers():
        held = ", ".join(f"{port} {name}" for port, (name, _) in taken.items())
        yield Finding(
            "Ports",
            "ok",
            f"used by a running Omote: {held}",
            "it is running already; query it with: omote status",
        )
        return
    for port, (name, is_udp) in taken.items():
        kind = "UDP" if is_udp else "TCP"
        yield Finding(
            "Ports",
            "problem",
            f"{kind} port {port} ({name}) is used by another program",
            f"close that program, or choose another port: omote run --{name}-port PORT",
        )


def _is_free(port: int, *, is_udp: bool) -> bool:
    """Whether no program holds a port on 127.0.0.1, or on ::1 where this machine has IPv6."""
    return _can_bind(socket.AF_INET, "127.0.0.1", port, is_udp=is_udp) and (
        not _can_bind(socket.AF_INET6, "::1", 0, is_udp=is_udp)
        or _can_bind(socket.AF_INET6, "::1", port, is_udp=is_udp)
    )


def _can_bind(family: socket.AddressFamily, host: str, port: int, *, is_udp: bool) -> bool:
    try:
        opened = socket.socket(family, socket.SOCK_DGRAM if is_udp else socket.SOCK_STREAM)
    except OSError:  # a system without this family
        return False
    with opened as tried:
        if sys.platform == "win32":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif not is_udp:  # as the runtime does: ignore connections that are still closing
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
        return True


def _omote_answers() -> bool:
    if not (is_importable("zmq") and is_importable("msgspec")):
        return False
    from omote.client import ControlClient, NoAnswerError
    from protocol.messages import Command

    try:
        with ControlClient(timeout_s=1.0) as client:
            return client.request(Command(name="ping")).ok
    except NoAnswerError:
        return False
