"""Opening ports, with errors that name the program that probably holds a port.

The address, and who may connect, is decided in `runtime.access.bind`.
"""

from __future__ import annotations

import errno
import os
import socket
from typing import Final

import zmq

from runtime.access.bind import LOOPBACK
from runtime.errors import ConfigError, PortInUseError

HOST: Final = LOOPBACK
BACKLOG: Final = 64  # TCP connections that wait to be accepted

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
NOT_LOCAL: Final = (errno.EADDRNOTAVAIL, errno.ENODEV)


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
    try:
        opened.bind(f"tcp://{host}:{port or '*'}")
    except zmq.ZMQError as error:
        if error.errno in IN_USE:
            raise port_in_use(port, use) from error
        if error.errno in NOT_LOCAL:
            raise no_such_address(host) from error
        raise
    return int(opened.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])


def bind_udp(port: int, use: str, host: str = HOST) -> socket.socket:
    """Open a non-blocking UDP socket; arguments and errors as for `bind_zmq`."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _bind(opened, port, use, host)
    opened.setblocking(False)
    return opened


def bind_tcp(port: int, use: str, host: str = HOST) -> socket.socket:
    """Open a listening TCP socket, IPv6 if `host` is an IPv6 address; arguments and errors as for `bind_zmq`."""
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # on Windows this option would let any program share the port
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _bind(opened, port, use, host)
    opened.listen(BACKLOG)
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


def port_in_use(port: int, use: str) -> PortInUseError:
    """The error for a port that another program holds: which port, which program it probably is, what to do."""
    return PortInUseError(
        f"port {port} ({use}) is held by another program, probably {_LIKELY_HOLDER[use]}; "
        f"close that program, or choose another port with --{use}-port"
    )


def no_such_address(host: str) -> ConfigError:
    """The error for an address that does not belong to this machine."""
    return ConfigError(f"{host} is no address of this machine; use one of its addresses, or 0.0.0.0 for all")
