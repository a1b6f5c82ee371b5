"""The panel's server: pages over HTTP, pictures and status out and control in over one WebSocket.

Belongs to one event loop. Each client gets the newest frame when it has drawn the one before, so a slow
client sees fewer frames, never older ones, and holds up nobody.

    server = PanelServer(inbox, access, latest)
    await server.start(bound_socket)
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import deque
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, PayloadTooBig
from websockets.http11 import Request, Response

from protocol.codec import MAX_MESSAGE_BYTES, check_control
from protocol.errors import CodecError
from protocol.messages import Command, ControlMessage, Reply, Status
from runtime.inbox import Inbox
from runtime.panel.access import Access
from runtime.panel.intake import FrameAck, decode_page_message
from runtime.panel.pages import Pages, text_response
from runtime.publishers.latest_frame import LatestFrame

SOCKET_PATH: Final = "/socket"
MAX_CLIENTS: Final = 16  # pages at once; each costs about two frames of memory
MAX_REPLIES: Final = 32  # that wait for one page
PING_S: Final = 10.0
CLOSE_S: Final = 0.3
OPEN_S: Final = 5.0
BAD_TOKEN: Final = 4401  # close codes of ours; must match runtime/panel/connection.js
FULL: Final = 4429


class PanelServer:
    """Everything but `answer` callbacks runs on the event loop that called `start`.

    Attributes:
        clients: pages that are connected; other threads may read it.
    """

    def __init__(self, inbox: Inbox, access: Access, latest: LatestFrame) -> None:
        self.clients = 0
        self._inbox = inbox
        self._access = access
        self._latest = latest
        self._pages = Pages()
        self._open: set[_Client] = set()
        self._status = ""
        self._server: Server | None = None
        self._logger = logging.getLogger("runtime.panel.socket")

    async def start(self, bound: socket.socket) -> None:
        """Serve on a socket that is already bound."""
        self._logger.addFilter(_is_worth_logging)
        self._server = await serve(
            self._serve_client,
            sock=bound,
            process_request=self._answer_request,
            compression=None,  # pixels do not shrink and cost tens of milliseconds
            max_size=MAX_MESSAGE_BYTES,
            max_queue=8,
            open_timeout=OPEN_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_S,
            server_header=None,
            logger=self._logger,
        )

    async def stop(self) -> None:
        """Close every connection, after at most CLOSE_S for pages that do not answer."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def frame_arrived(self) -> None:
        """The latest-frame slot has a newer one."""
        for client in self._open:
            client.wake.set()

    def set_status(self, status: Status) -> None:
        """Send a status to every page, and first thing to those that come later."""
        self._status = msgspec.json.encode(status).decode()
        for client in self._open:
            client.status = self._status
            client.wake.set()

    def _answer_request(self, _connection: ServerConnection, request: Request) -> Response | None:
        """A page, a refusal, or None to go on with the WebSocket handshake."""
        hosts = request.headers.get_all("Host")
        origins = request.headers.get_all("Origin")
        if len(hosts) > 1 or len(origins) > 1:
            return text_response(400, "Bad Request", "more than one Host or Origin")
        refusal = self._access.refusal_of_request(
            hosts[0] if hosts else None, origins[0] if origins else None
        )
        if refusal:
            self._inbox.count_drop("panel: foreign page", refusal)
            return text_response(403, "Forbidden", refusal)
        path = urlsplit(request.path).path
        return None if path == SOCKET_PATH else self._pages.response_to(path)

    async def _serve_client(self, connection: ServerConnection) -> None:
        """One page, from its first message to its last."""
        query = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        if not self._access.allows_token(query.get("token", [""])[0]):
            self._inbox.count_drop("panel: wrong token")
            await connection.close(BAD_TOKEN, "wrong or missing token")
            return
        if len(self._open) >= MAX_CLIENTS:
            self._inbox.count_drop("panel: too many pages")
            await connection.close(FULL, f"{MAX_CLIENTS} pages are open already; close one")
            return
        client = _Client(connection, self._status)
        self._open.add(client)
        self.clients = len(self._open)
        feeding = asyncio.create_task(client.feed(self._latest))
        try:
            async for text in connection:
                self._take(client, text)
        except ConnectionClosed as error:
            if isinstance(error.__cause__, PayloadTooBig):
                self._inbox.count_drop("too large", "from the panel")
        finally:
            self._open.discard(client)
            self.clients = len(self._open)
            feeding.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await feeding

    def _take(self, client: _Client, text: str | bytes) -> None:
        """Hand one message of a page on; whatever is wrong with it is counted."""
        try:
            message = decode_page_message(text)
        except CodecError as error:
            self._inbox.count_drop(error.reason, error.detail)
            return
        if isinstance(message, FrameAck):
            client.has_drawn = True
            client.wake.set()
        elif isinstance(message, Command):
            self._inbox.offer_command(message, client.answer)
        else:
            self._take_control(message)

    def _take_control(self, message: ControlMessage) -> None:
        checked, refusals = check_control(message)
        for reason, detail in refusals:
            self._inbox.count_drop(reason, detail)
        if checked is not None:
            self._inbox.offer(checked, time.time_ns())


class _Client:
    """One page and what waits for it: one status, one frame, a few replies."""

    def __init__(self, connection: ServerConnection, status: str) -> None:
        self.wake = asyncio.Event()
        self.wake.set()
        self.status = status
        self.has_drawn = True
        self._connection = connection
        self._replies: deque[str] = deque(maxlen=MAX_REPLIES)
        self._generation = 0
        self._loop = asyncio.get_running_loop()

    def answer(self, reply: Reply) -> None:
        """Any thread: send a reply when the page has room for it."""
        self._replies.append(msgspec.json.encode(reply).decode())
        with suppress(RuntimeError):  # the event loop has ended, and the page with it
            self._loop.call_soon_threadsafe(self.wake.set)

    async def feed(self, latest: LatestFrame) -> None:
        """Send what is newest whenever there is something, until the page is gone."""
        with suppress(ConnectionClosed):
            while True:
                await self.wake.wait()
                self.wake.clear()
                while self._replies:
                    await self._connection.send(self._replies.popleft())
                if self.status:
                    status, self.status = self.status, ""
                    await self._connection.send(status)
                if self.has_drawn and latest.generation != self._generation:
                    self._generation, message = latest.take()
                    self.has_drawn = False
                    # `send` copies the message before it first waits, so the slot may be taken again
                    await self._connection.send(message)


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Not every visitor that speaks no HTTP, which some versions of the library log with a traceback."""
    return record.levelno >= logging.WARNING and record.getMessage() != "opening handshake failed"
