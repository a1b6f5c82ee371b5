"""PanelConnections: the TCP connections of the panel, of which the one of least use gives way to a new one.

connections = PanelConnections(inbox.count_drop)
await serve(handler, create_connection=connections.make_class(), ...)
connections.mark_useful(connection)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from protocol.local_peer import LocalPeers

MAX_CONNECTIONS: Final = 64  # HTTP requests, handshakes and pages; each one uses a file descriptor


class PanelConnections:
    """Belongs to one event loop."""

    def __init__(self, count_drop: Callable[[str, str], None], peers: LocalPeers | None = None) -> None:
        """Begin without connections.

        Args:
            count_drop: counts a refused connection: reason, detail.
            peers: refuses the connections of other users; None = anyone may connect.
        """
        self._count_drop = count_drop
        self._peers = peers
        self._open: dict[ServerConnection, bool] = {}  # oldest first -> whether it is useful

    def mark_useful(self, connection: ServerConnection) -> None:
        """The page has sent a valid message: it does not give way to a new connection any more."""
        if connection in self._open:
            self._open[connection] = True

    def abort_unfinished(self) -> None:
        """Cut all connections that are not open WebSockets, which nothing else would end before their time-out."""
        for connection in list(self._open):
            if connection.protocol.state is not State.OPEN:
                connection.transport.abort()

    def make_class(self) -> type[ServerConnection]:
        """The class that `websockets` makes one of for each connection."""
        owner = self

        class PanelConnection(ServerConnection):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                owner._add(self)

            def connection_lost(self, exc: Exception | None) -> None:
                owner._open.pop(self, None)
                super().connection_lost(exc)

        return PanelConnection

    def _add(self, connection: ServerConnection) -> None:
        if self._peers is not None:
            refusal = self._peers.refusal(connection.remote_address, connection.local_address)
            if refusal:
                self._count_drop("another user", refusal)
                connection.transport.abort()
                return
        if len(self._open) >= MAX_CONNECTIONS and not self._make_room():
            self._count_drop("panel: too many connections", f"{MAX_CONNECTIONS} are in use")
            connection.transport.abort()
            return
        self._open[connection] = False

    def _make_room(self) -> bool:
        """Cut the connection of least use: without a request, then without a page, then a silent page; oldest first."""
        idle = [connection for connection, is_useful in self._open.items() if not is_useful]
        if not idle:
            return False
        worst = min(idle, key=lambda one: (one.request is not None, one.protocol.state is State.OPEN))
        del self._open[worst]
        self._count_drop("panel: too many connections", "one that sent nothing was cut for a new one")
        worst.transport.abort()
        return True
