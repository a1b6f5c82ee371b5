"""RuntimeAddress: where a runtime listens, and the sockets that a client opens to it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from numbers import Integral
from typing import Final

import zmq

from omote.client.errors import ValueRefusedError
from protocol.addresses import LOOPBACK, is_machine, url_host
from protocol.frames.ring_files import STREAM
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, PUBLISH_PORT, REQUEST_PORT

MOST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class RuntimeAddress:
    """The runtime's machine, ports and key.

    Attributes:
        host: the runtime's machine: a name or an address, an IPv6 one with or without brackets.
        control_port, request_port, publish_port: the runtime's ports (docs/protocol.md); 0 = it has none.
        key: required by a runtime that is bound to an address other than loopback.
        stream: the name of its frames in shared memory.
    """

    host: str = LOOPBACK
    control_port: int = CONTROL_PORT
    request_port: int = REQUEST_PORT
    publish_port: int = PUBLISH_PORT
    key: ClientKey | None = None
    stream: str = STREAM

    def __post_init__(self) -> None:
        """Check host and ports.

        Raises:
            ValueRefusedError: one of them can be none.
        """
        host = self.host
        if isinstance(host, str) and host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
            object.__setattr__(self, "host", host)
        if not isinstance(host, str) or not is_machine(host):
            raise ValueRefusedError(
                f"host: got {host!r}, expected the name or address of a machine, such as 192.168.1.20, "
                "without tcp:// and port"
            )
        for name in ("control_port", "request_port", "publish_port"):
            port = getattr(self, name)
            if not isinstance(port, Integral) or not 0 <= int(port) <= MOST_PORT:
                raise ValueRefusedError(
                    f"{name}: got {port!r}, expected a whole number from 1 to {MOST_PORT}, or 0 for none"
                )

    @property
    def control_at(self) -> str:
        """Host and port for control messages."""
        return f"{url_host(self.host)}:{self.control_port}"

    @property
    def request_at(self) -> str:
        """Host and port for commands."""
        return f"{url_host(self.host)}:{self.request_port}"

    @property
    def publish_at(self) -> str:
        """Host and port that frames and motion come from."""
        return f"{url_host(self.host)}:{self.publish_port}"

    @property
    def is_local(self) -> bool:
        """Whether the runtime runs on this machine, so that its shared memory can be read."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def open_socket(self, context: zmq.Context[zmq.Socket[bytes]], kind: int) -> zmq.Socket[bytes]:
        """Make a socket with the runtime's key, not connected yet."""
        socket = context.socket(kind)
        socket.setsockopt(zmq.IPV6, int(":" in self.host))
        if self.key is not None:
            socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = self.key.options()
        return socket
