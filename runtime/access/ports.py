"""Opening ports, with an error that says who is likely in the way.

Which address they open on, and what that asks of those who come, is `runtime.access.bind`'s business.
"""

from __future__ import annotations

import errno
import socket
from typing import Final

import zmq

from runtime.access.bind import LOOPBACK
from runtime.errors import ConfigError, PortInUseError

HOST: Final = LOOPBACK

_OMOTE: Final = "another Omote runtime (ask it with: omote status)"
#: road -> who usually holds its port
_LIKELY: Final = {
    "control": _OMOTE,
    "request": _OMOTE,
    "publish": _OMOTE,
    "osc": _OMOTE,
    "panel": _OMOTE,
    "vmc": "another VMC receiver (VSeeFace, Warudo, VNyan, Virtual Motion Capture) or another Omote runtime",
}
# Windows says EACCES for a port that another socket holds exclusively.
HELD: Final = (errno.EADDRINUSE, errno.EACCES)
NOT_OURS: Final = (errno.EADDRNOTAVAIL, errno.ENODEV)


def bind_zmq(opened: zmq.Socket[bytes], port: int, road: str, host: str = HOST) -> int:
    """Bind a ZeroMQ socket to a port, 0 for a free one; returns the port.

    Raises:
        PortInUseError: another program holds it.
    """
    try:
        opened.bind(f"tcp://{host}:{port or '*'}")
    except zmq.ZMQError as error:
        if error.errno in HELD:
            raise port_in_use(port, road) from error
        if error.errno in NOT_OURS:
            raise no_such_address(host) from error
        raise
    return int(opened.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])


def bind_tcp(port: int, name: str, host: str = HOST) -> socket.socket:
    """A TCP socket that listens on a port, 0 for a free one.

    Raises:
        PortInUseError: another program holds it.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would share the port with other programs
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # a port that is closing down counts as free
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(64)
    except OSError as error:
        opened.close()
        if error.errno in HELD:
            raise port_in_use(port, name) from error
        if error.errno in NOT_OURS:
            raise no_such_address(host) from error
        raise
    return opened


def bind_udp(port: int, road: str, host: str = HOST) -> socket.socket:
    """A non-blocking UDP socket bound to a port, 0 for a free one.

    Raises:
        PortInUseError: another program holds it.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would share the port with anybody
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        opened.bind((host, port))
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        if error.errno in HELD:
            raise port_in_use(port, road) from error
        if error.errno in NOT_OURS:
            raise no_such_address(host) from error
        raise
    return opened


def port_in_use(port: int, road: str) -> PortInUseError:
    """The error for a port that is taken: which, who likely holds it, what to do."""
    return PortInUseError(
        f"port {port} ({road}) is held by another program, probably {_LIKELY[road]}; "
        f"close that program, or choose another port with --{road}-port"
    )


def no_such_address(host: str) -> ConfigError:
    """The error for an address that is not this machine's."""
    return ConfigError(f"{host} is no address of this machine; name one that it has, or 0.0.0.0 for all")
