"""TcpPort: one TCP port that trackers connect to; received bytes are passed on at once.

The number of connections is limited, and silent ones are closed, so that vanished senders hold no resources. Any web
page can make the browser send an HTTP request to a port of this machine, with a tracker's frames as its body, so a
connection that begins as HTTP does is closed. Else the contents of the bytes are not looked at.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol

from bridge.ports.bound_socket import bound_sockets
from protocol.addresses import plain_host

MAX_CONNECTIONS: Final = 16
#: A connection without data for this long is closed.
SILENT_S: Final = 60.0
#: The method of an HTTP request and the space behind it, or the beginning of TLS. No tracker's stream begins like this.
_REQUEST: Final = re.compile(rb"[A-Z]{3,8} |\x16\x03")
#: First bytes that may still become one.
_UNDECIDED: Final = re.compile(rb"[A-Z]{0,8}|\x16")


class Stream(Protocol):
    """Called with the bytes of one connection."""

    def __call__(self, chunk: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        ...


class TcpPort:
    """Opened and closed any number of times, on one asyncio loop.

    Attributes:
        host: the address it listens on; port: 0 = a free one, until it is open.
        turned_away: connections refused because there were too many, by `connect`, or because they were HTTP.
    """

    def __init__(
        self,
        host: str,
        port: int,
        connect: Callable[[str, int], Stream | None],
        *,
        on_request: Callable[[], object] = lambda: None,
    ) -> None:
        """A closed port; `open` binds it.

        Args:
            connect: called with a sender's host and port; returns the callable for its bytes, None to refuse it.
            on_request: called for every connection that is closed because it began as HTTP does.
        """
        self.host = host
        self.port = port
        self.turned_away = 0
        self._connect = connect
        self._on_request = on_request
        self._servers: list[asyncio.Server] = []
        self._connections: set[_Connection] = set()

    @property
    def is_open(self) -> bool:
        """Whether the port is bound."""
        return bool(self._servers)

    async def open(self) -> None:
        """Bind and listen.

        Raises:
            OSError: the port is in use, or the address is not this machine's.
        """
        listening = bound_sockets(self.host, self.port, socket.SOCK_STREAM)
        try:
            for one in listening:
                self._servers.append(
                    await asyncio.get_running_loop().create_server(lambda: _Connection(self), sock=one)
                )
        except OSError:
            self.close()
            for one in listening:
                one.close()
            raise
        self.port = listening[0].getsockname()[1]

    def drop_silent(self, now_s: float) -> None:
        """Close connections without data for SILENT_S; call it every few seconds.

        Args:
            now_s: by the clock of the running loop.
        """
        for connection in list(self._connections):
            if now_s - connection.heard_s > SILENT_S:
                connection.close()

    def close(self) -> None:
        """Close the port and all connections; may be called twice."""
        for server in self._servers:
            server.close()
        self._servers = []
        for connection in list(self._connections):
            connection.close()


class _Connection(asyncio.Protocol):
    def __init__(self, owner: TcpPort) -> None:
        self._owner = owner
        self._stream: Stream | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._socket: Any = None  # asyncio's wrapper, which has setsockopt only
        self._begin: bytes | None = b""  # the first bytes; None once it is known that they are no request
        self.heard_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._socket = transport.get_extra_info("socket")
        self.heard_s = asyncio.get_running_loop().time()
        owner = self._owner
        peer = transport.get_extra_info("peername") or ("", 0)
        if len(owner._connections) < MAX_CONNECTIONS:
            self._stream = owner._connect(plain_host(peer[0]), peer[1])
        if self._stream is None:
            owner.turned_away += 1
            transport.close()
            return
        owner._connections.add(self)

    def data_received(self, data: bytes) -> None:
        self.heard_s = asyncio.get_running_loop().time()
        self._acknowledge()
        if self._begin is not None:
            data = self._begin + data
            if _REQUEST.match(data):
                self._turn_request_away()
                return
            self._begin = data if _UNDECIDED.fullmatch(data) else None
        if self._stream is not None and self._begin is None:
            self._stream(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._owner._connections.discard(self)
        self._stream = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _turn_request_away(self) -> None:
        self._stream = None
        self._owner.turned_away += 1
        self._owner._on_request()
        self.close()

    def _acknowledge(self) -> None:
        """Send the TCP acknowledgement at once.

        Senders with Nagle's algorithm hold the next frame back until the last one is acknowledged, and Linux delays
        acknowledgements by up to 40 ms. Linux resets TCP_QUICKACK, so it is set again after every read.
        """
        if self._socket is not None and hasattr(socket, "TCP_QUICKACK"):
            with suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
