"""Ports that nobody holds at this moment, for processes that tests start."""

from __future__ import annotations

import socket


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """`count` different ones of this machine."""
    held = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def free_udp_port() -> int:
    """One for datagrams."""
    return free_ports(1, socket.SOCK_DGRAM)[0]
