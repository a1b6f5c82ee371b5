"""Ports that nobody holds at this moment, for processes that tests start.

They lie below those that the system gives to sockets that ask for any: such a socket of another test cannot take one
between the choice and its use.
"""

from __future__ import annotations

import os
import random
import socket
from itertools import cycle
from typing import Final

#: Linux gives its own from 32768, macOS and Windows from 49152. Tests run in several processes: each begins somewhere else.
RANGE: Final = range(15_000, 32_000)
_BEGIN: Final = random.SystemRandom().randrange(len(RANGE))
_next: Final = cycle([*RANGE[_BEGIN:], *RANGE[:_BEGIN]])


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """`count` different ones of this machine; none is given twice in a process."""
    found: list[int] = []
    while len(found) < count:
        port = next(_next)
        if _is_free(port, kind):
            found.append(port)
    return found


def free_udp_port() -> int:
    """One for datagrams."""
    return free_ports(1, socket.SOCK_DGRAM)[0]


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as tried:
        if kind == socket.SOCK_STREAM and os.name == "posix":
            tried.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # connections that have ended are no obstacle
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
