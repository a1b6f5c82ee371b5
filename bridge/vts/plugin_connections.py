"""PluginConnections: who may connect to the emulated VTube Studio, and how many at once.

connections = PluginConnections(say, allowed_origins=("https://plugin.example",))
await serve(handler, process_request=connections.refuse_pages, create_connection=connections.make_class(), ...)

Any page that a user has open in a browser can open a WebSocket to a port of this machine; the browser then names
the page's site in the Origin header, and a page cannot change that. Plugins that are programs (pyvts, npm's
vtubestudio, C#, Unity) send no Origin, and those with a browser inside an origin of their own, such as file:// or
app://. So http and https origins are refused unless the user names them. So is "null": a page of any site gets it
inside a sandboxed frame.

Source: RFC 6454 (Origin), RFC 6455 section 10.2 (WebSocket servers should check it).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response
from websockets.protocol import State

from protocol.local_peer import LocalPeers

#: Connections at once, with those that have not finished their handshake.
MAX_CONNECTIONS: Final = 64
#: Refused sites and users that a line is printed about.
MAX_SAID: Final = 16
_MAX_SHOWN: Final = 120
_PAGE_SCHEMES: Final = ("http://", "https://")


class PluginConnections:
    """Belongs to one event loop."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        allowed_origins: tuple[str, ...] = (),
        peers: LocalPeers | None = None,
    ) -> None:
        """Begin without connections.

        Args:
            say: called with a line of text for the user, once for each refused site or user.
            allowed_origins: sites whose pages may connect, such as "https://plugin.example"; "null" is one.
            peers: refuses the connections of other users of this machine; None = anyone may connect.
        """
        self._say = say
        self._allowed = frozenset(origin.lower().removesuffix("/") for origin in allowed_origins)
        self._peers = peers
        self._said: set[str] = set()
        self._open: dict[ServerConnection, None] = {}  # oldest first

    def refusal(self, origins: list[str]) -> str:
        """The reason why a request with these Origin headers is refused; "" = it is accepted."""
        for origin in origins:
            site = origin.lower()  # browsers send no slash at the end
            is_page = site == "null" or site.startswith(_PAGE_SCHEMES) or "://" not in site
            if site not in self._allowed and is_page:
                shown = origin[:_MAX_SHOWN]
                return f"web pages of {shown!r} may not connect; if it is a plugin: --allow-origin {shown}"
        return ""

    def refuse_pages(self, connection: ServerConnection, request: Request) -> Response | None:
        """The response to a web page that may not connect; None continues with the handshake."""
        refusal = self.refusal(request.headers.get_all("Origin"))
        if not refusal:
            return None
        self._say_once(f"refused: {refusal}")
        return connection.respond(HTTPStatus.FORBIDDEN, f"{refusal}\n")

    def make_class(self) -> type[ServerConnection]:
        """The class that `websockets` makes one of for each connection."""
        owner = self

        class PluginConnection(ServerConnection):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                owner._add(self)

            def connection_lost(self, exc: Exception | None) -> None:
                owner._open.pop(self, None)
                super().connection_lost(exc)

        return PluginConnection

    def _add(self, connection: ServerConnection) -> None:
        if self._peers is not None:
            refusal = self._peers.refusal(connection.remote_address, connection.local_address)
            if refusal:
                self._say_once(f"refused: {refusal}")
                connection.transport.abort()
                return
        if len(self._open) >= MAX_CONNECTIONS:
            unfinished = [one for one in self._open if one.protocol.state is not State.OPEN]
            worst = unfinished[0] if unfinished else connection
            self._open.pop(worst, None)
            worst.transport.abort()
            if worst is connection:
                return
        self._open[connection] = None

    def _say_once(self, line: str) -> None:
        if line not in self._said and len(self._said) < MAX_SAID:
            self._said.add(line)
            self._say(line)
