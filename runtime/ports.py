"""Opening ports on this machine, with an error that says who is likely in the way.

Everything binds 127.0.0.1: the protocols have no authentication of their own.
"""

from __future__ import annotations

import errno
import socket
from typing import Final

import zmq

from runtime.errors import PortInUseError

HOST: Final = "127.0.0.1"

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


def bind_zmq(opened: zmq.Socket[bytes], port: int, road: str) -> int:
    """Bind a ZeroMQ socket to a port, 0 for a free one; returns the port.

    Raises:
        PortInUseError: another program holds it.
    """
    try:
        opened.bind(f"tcp://{HOST}:{port or '*'}")
    except zmq.ZMQError as error:
        if error.errno in HELD:
            raise port_in_use(port, road) from error
        raise
    return int(opened.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])


def bind_udp(port: int, road: str) -> socket.socket:
    """A non-blocking UDP socket bound to a port, 0 for a free one.

    Raises:
        PortInUseError: another program holds it.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would share the port with anybody
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        opened.bind((HOST, port))
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        if error.errno in HELD:
            raise port_in_use(port, road) from error
        raise
    return opened


def port_in_use(port: int, road: str) -> PortInUseError:
    """The error for a port that is taken: which, who likely holds it, what to do."""
    return PortInUseError(
        f"port {port} ({road}) on {HOST} is held by another program, probably {_LIKELY[road]}; "
        f"close that program, or choose another port with --{road}-port"
    )
