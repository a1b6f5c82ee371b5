"""Opening ports, with errors that name the program that probably holds a port.

The address, and who may connect, is decided in `runtime.access.bind`. Where an address includes 127.0.0.1, ::1 is
opened beside it, because `localhost` is ::1 first for many programs, and what they send to a port of IPv4 alone is
lost without a word.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable
from typing import Final

import zmq

from protocol.addresses import LOOPBACK_IPV6, url_host
from runtime.access.bind import LOOPBACK
from runtime.errors import ConfigError, PortInUseError

logger = logging.getLogger(__name__)

HOST: Final = LOOPBACK
BACKLOG: Final = 64  # TCP connections that wait to be accepted
_TRIES: Final = 8  # to find a port that is free on both families

_OMOTE: Final = "another Omote runtime (ask it with: omote status)"
#: use -> the program that usually holds its port
_LIKELY_HOLDER: Final = {
    "control": _OMOTE,
    "request": _OMOTE,
    "publish": _OMOTE,
    "osc": _OMOTE,
    "panel": _OMOTE,
    "vmc": "another VMC receiver (VSeeFace, Warudo, VNyan, Virtual Motion Capture) or another Omote runtime",
}
# Windows says EACCES for a port that another socket holds exclusively.
IN_USE: Final = (errno.EADDRINUSE, errno.EACCES)
NOT_LOCAL: Final = (errno.EADDRNOTAVAIL, errno.ENODEV, errno.EAFNOSUPPORT)


def bind_zmq(opened: zmq.Socket[bytes], port: int, use: str, host: str = HOST) -> int:
    """Bind a ZeroMQ socket and return the port number.

    Args:
        opened: not bound yet.
        port: 0 = a free port.
        use: what the port is for, a field of `runtime.config.Ports`; for the error message.
        host: an address of this machine.

    Raises:
        PortInUseError: another program holds the port.
        ConfigError: the address does not belong to this machine.
    """
    opened.setsockopt(zmq.IPV6, int(":" in host))
    try:
        opened.bind(f"tcp://{url_host(host)}:{port or '*'}")
    except zmq.ZMQError as error:
        if error.errno in IN_USE:
            raise port_in_use(port, use) from error
        if error.errno in NOT_LOCAL:
            raise no_such_address(host) from error
        raise
    return int(opened.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])


def bind_udp_ports(port: int, use: str, host: str = HOST) -> list[socket.socket]:
    """The socket of `bind_udp`, and that of the same port on ::1 where there is one."""
    return _with_ipv6(lambda: bind_udp(port, use, host), port, use)


def bind_tcp_ports(port: int, use: str, host: str = HOST) -> list[socket.socket]:
    """The socket of `bind_tcp`, and that of the same port on ::1 where there is one."""
    return _with_ipv6(lambda: bind_tcp(port, use, host), port, use)


def bind_udp(port: int, use: str, host: str = HOST) -> socket.socket:
    """Open a non-blocking UDP socket, IPv6 if `host` is an IPv6 address; arguments and errors as for `bind_zmq`."""
    opened = _socket(socket.SOCK_DGRAM, host)
    _bind(opened, port, use, host)
    opened.setblocking(False)
    return opened


def bind_tcp(port: int, use: str, host: str = HOST) -> socket.socket:
    """Open a listening TCP socket, IPv6 if `host` is an IPv6 address; arguments and errors as for `bind_zmq`."""
    opened = _socket(socket.SOCK_STREAM, host)
    if os.name == "posix":  # on Windows this option would let any program share the port
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _bind(opened, port, use, host)
    opened.listen(BACKLOG)
    return opened


def _socket(kind: socket.SocketKind, host: str) -> socket.socket:
    """A socket of the host's family; that of :: takes IPv4 too."""
    try:
        opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    except OSError as error:
        if error.errno in NOT_LOCAL:
            raise no_such_address(host) from error
        raise
    if opened.family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
    return opened


def _bind(opened: socket.socket, port: int, use: str, host: str) -> None:
    """Bind a socket exclusively; close it on an error."""
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # without it, Windows lets any program share the port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        if error.errno in IN_USE:
            raise port_in_use(port, use) from error
        if error.errno in NOT_LOCAL:
            raise no_such_address(host) from error
        raise


def _with_ipv6(open_first: Callable[[], socket.socket], port: int, use: str) -> list[socket.socket]:
    """Open a port, and the same one on ::1; a machine without IPv6 has the first only."""
    for _ in range(_TRIES):
        first = open_first()
        host, number = first.getsockname()[:2]
        if host not in (LOOPBACK, "0.0.0.0"):
            return [first]
        try:
            return [first, _twin(first, number)]
        except OSError as error:
            if error.errno not in IN_USE:  # no IPv6 here
                return [first]
        if port != 0:
            logger.warning(
                "port %d (%s) on ::1 is held by another program: what is sent to localhost may go there; "
                "send to 127.0.0.1, or close that program",
                port,
                use,
            )
            return [first]
        first.close()  # a free port of both is wanted
    return [open_first()]


def _twin(first: socket.socket, port: int) -> socket.socket:
    """A socket of the same kind and port on ::1.

    Raises:
        OSError: the port is held by another program, or there is no IPv6.
    """
    twin = socket.socket(socket.AF_INET6, first.type)
    try:
        twin.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            twin.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif first.type == socket.SOCK_STREAM:
            twin.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        twin.bind((LOOPBACK_IPV6, port))
        if first.type == socket.SOCK_STREAM:
            twin.listen(BACKLOG)
        else:
            twin.setblocking(False)
    except OSError:
        twin.close()
        raise
    return twin


def port_in_use(port: int, use: str) -> PortInUseError:
    """The error for a port that another program holds: which port, which program it probably is, what to do."""
    return PortInUseError(
        f"port {port} ({use}) is held by another program, probably {_LIKELY_HOLDER[use]}; "
        f"close that program, or choose another port with --{use}-port"
    )


def no_such_address(host: str) -> ConfigError:
    """The error for an address that does not belong to this machine."""
    return ConfigError(f"{host} is no address of this machine; use one of its addresses, or 0.0.0.0 for all")
