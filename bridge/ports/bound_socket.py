"""A non-blocking socket bound to a port that no other program may share.

with bound_socket("127.0.0.1", 11111, socket.SOCK_DGRAM) as opened: ...
first, *others = bound_sockets("127.0.0.1", 11111, socket.SOCK_DGRAM)       # others: the same port on ::1
"""

from __future__ import annotations

import errno
import logging
import socket
from typing import Final

from protocol.addresses import LOOPBACK, LOOPBACK_IPV6, plain_host

logger = logging.getLogger(__name__)

#: Windows reports EACCES for a port that another socket holds exclusively.
_IN_USE: Final = (errno.EADDRINUSE, errno.EACCES)
_TRIES: Final = 8  # to find a port that is free on both families


def bound_sockets(host: str, port: int, kind: socket.SocketKind) -> list[socket.socket]:
    """The socket of `bound_socket`; where the address includes 127.0.0.1, also one of the same port on ::1.

    `localhost` is ::1 first for many programs, and what they send to a port of IPv4 alone is lost without a word. Without
    IPv6, or where another program holds the port there, the first socket is the only one.

    Raises:
        OSError: as `bound_socket`.
    """
    host = plain_host(host)
    for _ in range(_TRIES):
        first = bound_socket(host, port, kind)
        if host not in (LOOPBACK, "0.0.0.0"):
            return [first]
        try:
            return [first, bound_socket(LOOPBACK_IPV6, first.getsockname()[1], kind)]
        except OSError as error:
            if error.errno not in _IN_USE:  # no IPv6 here
                return [first]
        if port != 0:
            logger.warning(
                "port %d on ::1 is held by another program: what is sent to localhost may go there; send to "
                "127.0.0.1, or close that program",
                port,
            )
            return [first]
        first.close()  # a free port of both is wanted
    return [bound_socket(host, port, kind)]


def bound_socket(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Bind a socket of IPv4, or of IPv6 where the host is an IPv6 address.

    Args:
        host: an address of this machine; "::" takes datagrams and connections of IPv4 too.
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
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        opened.bind((host, port))
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened
