"""Addresses at which other programs send sound: of this machine alone.

place = listen_place("osc://localhost:9571")     # ListenPlace("osc", "127.0.0.1", 9571, ...)
"""

from __future__ import annotations

import ipaddress
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from bridge.errors import SoundError

PORT: Final = 5580
OSC_PORT: Final = 9571
_EXPECTED: Final = f"expected an address of this machine such as tcp://127.0.0.1:{PORT}, ipc:// and a path, or osc://127.0.0.1:{OSC_PORT}"


class ListenPlace(NamedTuple):
    """Where to listen: `scheme` is tcp, ipc or osc; of ipc there is no host and port. `zeromq` is as ZeroMQ binds it."""

    scheme: str
    host: str
    port: int
    zeromq: str


def listen_place(address: str) -> ListenPlace:
    """Read and check an address.

    Raises:
        SoundError: it is none, or can be reached from other machines.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SoundError(f"--listen {address!r} is no address ({error}); {_EXPECTED}") from error
    if parts.scheme == "ipc" and (parts.netloc or parts.path):
        return ListenPlace("ipc", "", 0, address)
    if parts.scheme not in ("tcp", "osc") or not host or port is None:
        raise SoundError(f"--listen {address!r}; {_EXPECTED}")
    host = "127.0.0.1" if host == "localhost" else host
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise SoundError(
            f"--listen {address!r} would let every machine that reaches it speak; {_EXPECTED}. From another machine "
            f"tunnel to it: ssh -L {port}:127.0.0.1:{port} HERE"
        )
    return ListenPlace(
        parts.scheme, host, port, f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
    )
