"""A non-blocking socket bound to a port that no other program may share.

with bound_socket("127.0.0.1", 11111, socket.SOCK_DGRAM) as opened: ...
"""

from __future__ import annotations

import socket


def bound_socket(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Bind a socket of IPv4, or of IPv6 where the host is an IPv6 address.

    Args:
        host: an address of this machine.
        port: 0 = a free one.
        kind: SOCK_DGRAM for UDP, SOCK_STREAM for TCP.

    Raises:
        OSError: the port is in use, or the address is not this machine's.
    """
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would let other programs share the port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif kind == socket.SOCK_STREAM:  # reuse a port whose last connections are still in TIME_WAIT
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened
