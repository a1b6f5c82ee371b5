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

from bridge.ports.bound_socket import bound_socket

#: Datagrams read at once, before the other ports of the loop get their turn.
BATCH: Final = 64
#: The system's receive buffer, bytes: one second of a tracker with large datagrams.
RECEIVE_BUFFER: Final = 512 * 1024
MAX_DATAGRAM: Final = 65_536


class Datagram(NamedTuple):
    """A datagram and its sender's address."""

    data: bytes
    host: str
    port: int


class UdpPort:
    """Opened and closed any number of times. Belongs to one thread.

    Attributes:
        host: the address it listens on; port: 0 = a free one, until it is open.
        errors: how often the system reported an error while reading or sending.
    """

    def __init__(self, host: str, port: int) -> None:
        """A closed port; `open` binds it."""
        self.host = host
        self.port = port
        self.errors = 0
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """Whether the socket is bound."""
        return self._socket is not None

    def fileno(self) -> int:
        """The socket's file descriptor; -1 while it is closed."""
        return -1 if self._socket is None else self._socket.fileno()

    def open(self) -> None:
        """Bind the socket.

        Raises:
            OSError: the port is in use, or the address is not this machine's.
        """
        opened = bound_socket(self.host, self.port, socket.SOCK_DGRAM)
        with suppress(OSError):  # the system may allow less
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.port = opened.getsockname()[1]
        self._socket = opened

    def receive(self) -> list[Datagram]:
        """The datagrams that have arrived, oldest first, at most BATCH.

        Raises:
            OSError: the socket is unusable, as its network interface disappeared; close and open it again.
        """
        received: list[Datagram] = []
        if self._socket is None:
            return received
        for _ in range(BATCH):
            try:
                data, address = self._socket.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                break
            except ConnectionError:
                # Windows reports here that a host we sent to has no listener; this socket stays usable.
                self.errors += 1
                continue
            received.append(Datagram(data, address[0], address[1]))
        return received

    def send(self, data: bytes, host: str, port: int) -> OSError | None:
        """Send from this port; return the error, None on success or while the port is closed."""
        if self._socket is None:
            return None
        try:
            self._socket.sendto(data, (host, port))
        except OSError as error:
            self.errors += 1
            return error
        return None

    def close(self) -> None:
        """Close the socket; may be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
