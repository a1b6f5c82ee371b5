"""UdpPort: one UDP port, opened as soon as it is free, read without ever waiting.

    port = UdpPort("127.0.0.1", 11111)
    port.open()                         # raises OSError when it is taken; may be tried again
    datagrams = port.take()             # what waits now, in order, at most BATCH

Nothing here knows what the bytes mean.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final, NamedTuple

#: Datagrams taken at once, before other ports get their turn.
BATCH: Final = 64
#: What may wait in the system while we are busy: a second of a tracker with large datagrams.
RECEIVE_BUFFER: Final = 512 * 1024
MAX_DATAGRAM: Final = 65_536


class Datagram(NamedTuple):
    """Some bytes and who sent them."""

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
        self.host = host
        self.port = port
        self.errors = 0
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is ours now."""
        return self._socket is not None

    def fileno(self) -> int:
        """For waiting on it; -1 while it is closed."""
        return -1 if self._socket is None else self._socket.fileno()

    def open(self) -> None:
        """Bind.

        Raises:
            OSError: the port is taken, or the address is not this machine's.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would share the port with anybody
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            with suppress(OSError):  # a wish; the system may allow less
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            opened.bind((self.host, self.port))
            opened.setblocking(False)
        except OSError:
            opened.close()
            raise
        self.port = opened.getsockname()[1]
        self._socket = opened

    def take(self) -> list[Datagram]:
        """What has arrived, oldest first, at most BATCH.

        Raises:
            OSError: the socket is unusable (the network went); close and open it again.
        """
        taken: list[Datagram] = []
        if self._socket is None:
            return taken
        for _ in range(BATCH):
            try:
                data, address = self._socket.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                break
            except ConnectionError:
                # Windows tells here that somebody to whom we sent does not listen. That is no error of ours.
                self.errors += 1
                continue
            taken.append(Datagram(data, address[0], address[1]))
        return taken

    def send(self, data: bytes, host: str, port: int) -> OSError | None:
        """Send from this port; the error, if the network has none to offer."""
        if self._socket is None:
            return None
        try:
            self._socket.sendto(data, (host, port))
        except OSError as error:
            self.errors += 1
            return error
        return None

    def close(self) -> None:
        """Give the port back; may be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
