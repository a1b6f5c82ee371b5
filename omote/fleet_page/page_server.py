"""PageServer: the page of a fleet, for browsers on this machine: its faces, thumbnails, machines and drivers.

    server = PageServer(ask, key=key, token=token, peers=local_peers())
    await server.start(bound_socket)

Faces are asked of the fleet's directory, pictures of the runtimes themselves; Ray is not needed. A browser gets the newest
thumbnail of each face that it shows: a slow one gets fewer, never older ones.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from omote.fleet_page.thumbnail_reader import Place, ThumbnailReader
from protocol.addresses import LOOPBACK, url_host
from protocol.frames.ring_files import is_stream_name
from protocol.keys import ClientKey
from protocol.local_peer import LocalPeers
from protocol.messages import FaceStatus
from runtime.panel.access import Access
from runtime.panel.connections import PanelConnections
from runtime.panel.static_files import StaticFiles, text_response

SOCKET_PATH: Final = "/socket"
ASK_S: Final = 1.0
OPEN_S: Final = 10.0
#: Thumbnails of one page at once: what fits on a large screen.
MAX_SHOWN: Final = 200
MAX_MESSAGE_BYTES: Final = 20_000
MAX_PAGES: Final = 8
#: Close code of the WebSocket; must match page.js.
FULL: Final = 4429

logger = logging.getLogger(__name__)


class PageFace(msgspec.Struct, frozen=True):
    """A face as the page shows it, and where its panel is; "" = it has none."""

    face: FaceStatus
    panel: str


class PageState(msgspec.Struct, frozen=True):
    """What the page shows besides pictures; `problem`: why the faces are not heard of now."""

    faces: list[PageFace]
    problem: str = ""


class Shown(msgspec.Struct, frozen=True):
    """From a page: the names of the faces that it shows now."""

    show: list[str]


class _Page:
    """One open page."""

    def __init__(self) -> None:
        self.shown: frozenset[str] = frozenset()
        self.pending: dict[str, bytes] = {}
        self.state = ""
        self.wake = asyncio.Event()


class PageServer:
    """All methods run on the event loop that called `start`.

    Args:
        ask: the faces of the fleet; may take its time; pages show what it raises.
        key: opens the faces; None on loopback.
        token: of the faces' panels; "" = they ask for none, or it is not known here.
        peers: refuses other users of this machine; None = anyone of it may connect.
    """

    def __init__(
        self,
        ask: Callable[[], list[FaceStatus]],
        *,
        key: ClientKey | None,
        token: str = "",
        peers: LocalPeers | None = None,
    ) -> None:
        self._ask, self._key, self._token = ask, key, token
        self._access = Access(host=LOOPBACK)
        self._connections = PanelConnections(_count_drop, peers)
        self._files = StaticFiles("omote.fleet_page")
        self._faces: list[FaceStatus] = []
        self._state = ""
        self._pages: set[_Page] = set()
        self._reader: ThumbnailReader | None = None
        self._asking: asyncio.Task[None] | None = None
        self._server: Server | None = None

    async def start(self, bound: socket.socket) -> None:
        """Serve on a bound, listening socket of this machine's loopback."""
        loop = asyncio.get_running_loop()

        def arrived(name: str, picture: bytes) -> None:
            loop.call_soon_threadsafe(self._take, name, picture)

        self._reader = ThumbnailReader(self._key, arrived)
        self._asking = asyncio.create_task(self._keep_asking())
        self._server = await serve(
            self._serve_page,
            sock=bound,
            process_request=self._answer,
            create_connection=self._connections.make_class(),
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=OPEN_S,
            server_header=None,
        )

    async def stop(self) -> None:
        """Close all pages."""
        if self._asking is not None:
            self._asking.cancel()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        if self._reader is not None:
            await asyncio.to_thread(self._reader.close)

    async def _answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        """The HTTP response; None continues with the WebSocket handshake."""
        hosts, origins = request.headers.get_all("Host"), request.headers.get_all("Origin")
        if len(hosts) > 1 or len(origins) > 1:
            return text_response(400, "Bad Request", "more than one Host or Origin")
        refusal = self._access.refusal_of_request(*(one[0] if one else None for one in (hosts, origins)))
        if refusal:
            return text_response(403, "Forbidden", refusal)
        path = request.path.partition("?")[0]
        return None if path == SOCKET_PATH else self._files.response_to(path)

    async def _serve_page(self, connection: ServerConnection) -> None:
        if len(self._pages) >= MAX_PAGES:
            await connection.close(FULL, f"{MAX_PAGES} pages are open already; close one")
            return
        page = _Page()
        page.state = self._state
        self._pages.add(page)
        feeding = asyncio.create_task(_feed(page, connection))
        page.wake.set()
        try:
            async for text in connection:
                try:
                    shown = msgspec.json.decode(text, type=Shown)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue  # of a page of another version
                self._connections.mark_useful(connection)
                page.shown = frozenset(shown.show[:MAX_SHOWN])
                self._follow()
        except ConnectionClosed:
            pass
        finally:
            feeding.cancel()
            self._pages.discard(page)
            self._follow()

    async def _keep_asking(self) -> None:
        """Once a second, while a page is open, tell pages how the faces are."""
        while True:
            if self._pages or not self._state:
                problem = ""
                try:
                    self._faces = await asyncio.to_thread(self._ask)
                except Exception as error:  # nobody waits for this task: the pages say it
                    problem = str(error) or type(error).__name__
                self._tell(problem)
                self._follow()
            await asyncio.sleep(ASK_S)

    def _tell(self, problem: str) -> None:
        faces = [PageFace(face, self._panel_of(face)) for face in self._faces]
        self._state = msgspec.json.encode(PageState(faces, problem)).decode()
        for page in self._pages:
            page.state = self._state
            page.wake.set()

    def _panel_of(self, face: FaceStatus) -> str:
        if not face.panel_port or face.failure:
            return ""
        query = f"?{urlencode({'token': self._token})}" if self._token else ""
        return f"http://{url_host(face.host or LOOPBACK)}:{face.panel_port}/{query}"

    def _follow(self) -> None:
        """Read the thumbnails of what pages show."""
        shown = frozenset[str]().union(*(page.shown for page in self._pages))
        places: dict[str, Place] = {
            face.name: (face.host or LOOPBACK, face.publish_port)
            for face in self._faces
            if face.name in shown and face.publish_port and not face.failure and is_stream_name(face.name)
        }
        if self._reader is not None:
            self._reader.follow(places)

    def _take(self, name: str, picture: bytes) -> None:
        message = bytes([len(name)]) + name.encode("ascii") + picture
        for page in self._pages:
            if name in page.shown:
                page.pending[name] = message
                page.wake.set()


async def _feed(page: _Page, connection: ServerConnection) -> None:
    """Send a page what is new; while it is slow, newer pictures replace those that wait."""
    while True:
        await page.wake.wait()
        page.wake.clear()
        try:
            if page.state:
                state, page.state = page.state, ""
                await connection.send(state)
            while page.pending:
                await connection.send(page.pending.pop(next(iter(page.pending))))
        except ConnectionClosed:
            return


def _count_drop(reason: str, detail: str) -> None:
    logger.debug("%s: %s", reason, detail)
