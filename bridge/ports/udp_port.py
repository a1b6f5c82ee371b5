"""UdpPort: one UDP port, opened as soon as it is free, read without blocking.

    port = UdpPort("127.0.0.1", 11111)
    port.open()                         # raises OSError while it is in use; may be retried
    datagrams = port.receive()          # those that have arrived, oldest first, at most BATCH

The contents of the datagrams are not looked at.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final, NamedTuple

from bridge.ports.bound_socket import bound_sockets
from protocol.addresses import plain_host

#: Datagrams read at once, before the other ports of the loop get their turn.
BATCH: Final = 64
#: The system's receive buffer, bytes: one second of a tracker with large datagrams.
RECEIVE_BUFFER: Final = 512 * 1024
MAX_DATAGRAM: Final = 65_536


class Datagram(NamedTuple):
    """A datagram and its sender's address, as `protocol.addresses.plain_host` spells it."""

    data: bytes
    host: str
    port: int


class UdpPort:
    """Opened and closed any number of times. Belongs to one thread.

    Attributes:
        host: the address it listens on; port: 0 = a free one, until it is open.
        errors: how often the system reported an error while reading or sending.
        sockets: those that are bound: one, or on loopback one of IPv4 and one of IPv6.
    """

    def __init__(self, host: str, port: int) -> None:
        """A closed port; `open` binds it."""
        self.host = host
        self.port = port
        self.errors = 0
        self.sockets: tuple[socket.socket, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the port is bound."""
        return bool(self.sockets)

    def fileno(self) -> int:
        """The first socket's file descriptor; -1 while the port is closed."""
        return self.sockets[0].fileno() if self.sockets else -1

    def open(self) -> None:
        """Bind the sockets.

        Raises:
            OSError: the port is in use, or the address is not this machine's.
        """
        opened = bound_sockets(self.host, self.port, socket.SOCK_DGRAM)
        for one in opened:
            with suppress(OSError):  # the system may allow less
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.port = opened[0].getsockname()[1]
        self.sockets = tuple(opened)

    def receive(self, which: int = 0) -> list[Datagram]:
        """The datagrams that have arrived at one of the sockets, oldest first, at most BATCH.

        Args:
            which: the socket's index in `sockets`.

        Raises:
            OSError: the socket is unusable, as its network interface disappeared; close and open it again.
        """
        received: list[Datagram] = []
        if which >= len(self.sockets):
            return received
        opened = self.sockets[which]
        for _ in range(BATCH):
            try:
                data, address = opened.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                break
            except ConnectionError:
                # Windows reports here that a host we sent to has no listener; this socket stays usable.
                self.errors += 1
                continue
            received.append(Datagram(data, plain_host(address[0]), address[1]))
        return received

    def send(self, data: bytes, host: str, port: int) -> OSError | None:
        """Send from this port; return the error, None on success or while the port is closed."""
        wanted = socket.AF_INET6 if ":" in host else socket.AF_INET
        sender = next((one for one in self.sockets if one.family == wanted), None)
        if sender is None and self.sockets:
            sender, host = self.sockets[0], _mapped(host)  # one socket of both families
        if sender is None:
            return None
        try:
            sender.sendto(data, (host, port))
        except OSError as error:
            self.errors += 1
            return error
        return None

    def close(self) -> None:
        """Close the sockets; may be called twice."""
        for one in self.sockets:
            one.close()
        self.sockets = ()


def _mapped(host: str) -> str:
    """An IPv4 address as a socket of IPv6 takes it."""
    return host if ":" in host else f"::ffff:{host}"
