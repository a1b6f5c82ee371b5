"""RuntimeAddress: where a runtime listens, and the sockets that a client opens to it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import zmq

from protocol.addresses import LOOPBACK, url_host
from protocol.frames.ring_files import STREAM
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, PUBLISH_PORT, REQUEST_PORT


@dataclass(frozen=True, slots=True)
class RuntimeAddress:
    """The runtime's machine, ports and key.

    Attributes:
        host: the runtime's machine.
        control_port, request_port, publish_port: the runtime's ports (docs/protocol.md).
        key: required by a runtime that is bound to an address other than loopback.
        stream: the name of its frames in shared memory.
    """

    host: str = LOOPBACK
    control_port: int = CONTROL_PORT
    request_port: int = REQUEST_PORT
    publish_port: int = PUBLISH_PORT
    key: ClientKey | None = None
    stream: str = STREAM

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
