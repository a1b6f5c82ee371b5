"""PanelServer: files over HTTP; frames and status out, control messages and commands in over a WebSocket per page.

Belongs to one event loop. Each page gets the newest frame when it has drawn the one before. So a slow page gets fewer
frames, never older ones, and delays no other page.

    server = PanelServer(inbox, access, latest, catalogs)
    await server.start(bound_socket)
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, PayloadTooBig
from websockets.http11 import Request, Response

from face.errors import AvatarError
from protocol.codec import MAX_MESSAGE_BYTES, check_control
from protocol.errors import CodecError
from protocol.local_peer import LocalPeers
from protocol.messages import Command, ControlMessage, Reply, Status
from runtime.access.ports import BACKLOG
from runtime.errors import BackgroundError, TakeCommandError, TrackerError, TriggerError
from runtime.frames.latest_frame import LatestFrame
from runtime.intake.inbox import Inbox
from runtime.panel.access import Access, is_loopback
from runtime.panel.catalogs import PanelCatalogs
from runtime.panel.connections import PanelConnections
from runtime.panel.encoded_frames import PAGE_ENCODINGS, EncodedFrames, PageEncoding
from runtime.panel.making import Making
from runtime.panel.page_client import PageClient
from runtime.panel.page_messages import (
    AvatarChange,
    FrameAck,
    LookChange,
    TakeChange,
    TrackerChange,
    decode_page_message,
)
from runtime.panel.static_files import StaticFiles, data_response, text_response
from runtime.panel.trigger_requests import ANSWER_S, TriggerRequests, refusal_of_trigger

SOCKET_PATH: Final = "/socket"
#: The newest status, for programs that ask now and then.
STATUS_PATH: Final = "/status.json"
MAKING_PATH: Final = "/making"
MAX_CLIENTS: Final = 16  # pages at once; each costs about two frames of memory
ACCEPTS: Final = (
    16  # connections accepted before the others are read: a flood leaves the newest time for a request
)
PING_S: Final = 10.0
CLOSE_S: Final = 0.3
OPEN_S: Final = 5.0
#: Close codes of the WebSocket; must match runtime/panel/connection.js.
BAD_TOKEN: Final = 4401
FULL: Final = 4429

#: Iterations of the event loop from accepting a connection until the server has it in its list.
_ACCEPT_ITERATIONS: Final = 4


class PanelServer:
    """All methods run on the event loop that called `start`.

    Args:
        inbox: gets control messages, commands and counts of refused input.
        access: which requests are accepted.
        latest: the slot with the newest frame.
        catalogs: the avatars and takes that pages can choose.
        peers: refuses the connections of other users of this machine; None = anyone may connect.
        making: makes avatars of pages' photos; None = it does not.

    Attributes:
        clients: number of connected pages; other threads may read it.
    """

    def __init__(
        self,
        inbox: Inbox,
        access: Access,
        latest: LatestFrame,
        catalogs: PanelCatalogs,
        peers: LocalPeers | None = None,
        making: Making | None = None,
    ) -> None:
        self.clients = 0
        self._inbox = inbox
        self._access = access
        self._frames = EncodedFrames(latest)
        self._catalogs = catalogs
        self._catalog_lock = asyncio.Lock()
        self._making = making
        self._triggers = TriggerRequests(inbox.offer_command, self._trigger_names, ANSWER_S)
        self._static_files = StaticFiles()
        self._connections = PanelConnections(inbox.count_drop, peers)
        self._open: dict[PageClient, None] = {}  # oldest first
        self._closing: set[asyncio.Task[None]] = set()
        self._count = 0
        self._status = ""
        self._servers: list[Server] = []
        self._logger = logging.getLogger("runtime.panel.socket")

    async def start(self, *bound: socket.socket) -> None:
        """Start to serve on bound, listening sockets, such as one of IPv4 and one of IPv6."""
        self._logger.addFilter(_is_worth_logging)
        for one in bound:
            self._servers.append(await self._serve(one))

    async def _serve(self, bound: socket.socket) -> Server:
        server = await serve(
            self._serve_client,
            sock=bound,
            process_request=self._answer_request,
            create_connection=self._connections.make_class(),
            backlog=ACCEPTS,
            compression=None,  # compressing pixels takes tens of milliseconds and saves little
            max_size=MAX_MESSAGE_BYTES,
            max_queue=8,
            open_timeout=OPEN_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_S,
            server_header=None,
            logger=self._logger,
        )
        bound.listen(BACKLOG)
        return server

    async def stop(self) -> None:
        """Close all connections; pages that do not answer get CLOSE_S."""
        if self._servers:
            # a connection that is being accepted right now must be in the list before all in the list are closed
            for _ in range(_ACCEPT_ITERATIONS):
                await asyncio.sleep(0)
            self._connections.abort_unfinished()
            for server in self._servers:
                server.close()
            for server in self._servers:
                await server.wait_closed()
            self._servers = []
        self._frames.close()

    def frame_arrived(self) -> None:
        """The slot has a newer frame: wake all pages."""
        for client in self._open:
            client.wake.set()

    def set_status(self, status: Status) -> None:
        """Send a status to every page, and to pages that connect later."""
        self._status = msgspec.json.encode(status).decode()
        for client in self._open:
            client.status = self._status
            client.wake.set()

    async def _answer_request(self, _connection: ServerConnection, request: Request) -> Response | None:
        """The HTTP response; None continues with the WebSocket handshake."""
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
        path, _, query = request.path.partition("?")
        if path == SOCKET_PATH or (path == MAKING_PATH and self._making is not None):
            return None
        is_trigger = self._triggers.knows(path)
        if not is_trigger and path != STATUS_PATH and not self._catalogs.knows(path):
            return self._static_files.response_to(path)
        if not self._access.allows_token(_parameter(query, "token")):
            self._inbox.count_drop("panel: wrong token")
            return text_response(403, "Forbidden", "wrong or missing token")
        if is_trigger:
            refusal = refusal_of_trigger(request.headers, hosts[0])
            if refusal:
                self._inbox.count_drop("panel: foreign page", refusal)
                return text_response(403, "Forbidden", refusal)
            return await self._triggers.answer(path, getattr(request, "method", "GET"))
        if path == STATUS_PATH:
            return data_response("application/json", self._status.encode() or b"null")
        async with self._catalog_lock:
            found = await asyncio.to_thread(self._catalogs.answer_to, path)
        return text_response(404, "Not Found", "not here") if found is None else data_response(*found)

    async def _trigger_names(self) -> dict[str, list[str]]:
        async with self._catalog_lock:
            return await asyncio.to_thread(self._catalogs.trigger_names)

    async def _serve_client(self, connection: ServerConnection) -> None:
        """Serve one page until it closes its WebSocket."""
        path, _, query = connection.request.path.partition("?") if connection.request else ("", "", "")
        if not self._access.allows_token(_parameter(query, "token")):
            self._inbox.count_drop("panel: wrong token")
            await connection.close(BAD_TOKEN, "wrong or missing token")
            return
        if path == MAKING_PATH and self._making is not None:
            self._connections.mark_useful(connection)
            await self._making.serve(connection)
            return
        if len(self._open) >= MAX_CLIENTS and not self._make_room():
            self._inbox.count_drop("panel: too many pages")
            await connection.close(FULL, f"{MAX_CLIENTS} pages are open already; close one")
            return
        wanted = self._encoding_of(connection, _parameter(query, "encoding"))
        self._count += 1
        client = PageClient(connection, self._frames, wanted, self._status, f"panel {self._count}")
        self._open[client] = None
        self.clients = len(self._open)
        feeding = asyncio.create_task(client.feed())
        try:
            async for text in connection:
                await self._handle(client, text)
                pause_s = client.rate_limit.wait_s(len(text), time.monotonic())
                if pause_s:  # meanwhile its messages wait in its socket
                    self._inbox.count_drop(
                        "panel: too fast",
                        "a page sends more messages than a user can cause; it is read more slowly",
                    )
                    await asyncio.sleep(pause_s)
        except ConnectionClosed as error:
            if isinstance(error.__cause__, PayloadTooBig):
                self._inbox.count_drop("too large", "from the panel")
        finally:
            self._open.pop(client, None)
            self.clients = len(self._open)
            self._inbox.names.release(client.peer)
            feeding.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await feeding

    def _make_room(self) -> bool:
        """Close the oldest page that has said nothing, or does not take its frames; False: there is none."""
        now_s = time.monotonic()
        for client in self._open:
            if client.is_idle(now_s):
                del self._open[client]
                self._inbox.count_drop("panel: too many pages", "one that was silent gave way to a new one")
                closing = asyncio.create_task(client.close(FULL, "too many pages are open; close one"))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
                return True
        return False

    def _encoding_of(self, connection: ServerConnection, requested: str) -> PageEncoding:
        """The encoding of a page's frames: the requested one, else raw on this machine and JPEG elsewhere."""
        for encoding in PAGE_ENCODINGS:
            if requested == encoding:
                return encoding
        if requested:
            self._inbox.count_drop(
                "panel: unknown encoding", f"{requested[:40]!r}, expected {', '.join(PAGE_ENCODINGS)}"
            )
        host = str(connection.remote_address[0]) if connection.remote_address else ""
        return "raw" if is_loopback(host.removeprefix("::ffff:")) else "jpeg"

    async def _handle(self, client: PageClient, text: str | bytes) -> None:
        """Handle one message of a page; an invalid one is counted and dropped."""
        try:
            message = decode_page_message(text)
        except CodecError as error:
            self._inbox.count_drop(error.reason, error.detail)
            return
        client.has_spoken = True
        self._connections.mark_useful(client.connection)
        if isinstance(message, FrameAck):
            client.has_drawn = True
            client.wake.set()
        elif isinstance(message, Command):
            await self._handle_command(client, message)
        elif isinstance(message, AvatarChange | TrackerChange | TakeChange | LookChange):
            await self._handle_change(client, message)
        else:
            self._handle_control(client, message)

    async def _handle_command(self, client: PageClient, command: Command) -> None:
        try:
            async with self._catalog_lock:
                resolved = await asyncio.to_thread(self._catalogs.resolved, command)
        except (AvatarError, BackgroundError) as error:
            client.answer(Reply(ok=False, request_id=command.request_id, message=str(error)))
            return
        self._inbox.offer_command(resolved, client.answer)

    async def _handle_change(
        self, client: PageClient, change: AvatarChange | TrackerChange | TakeChange | LookChange
    ) -> None:
        try:
            async with self._catalog_lock:
                if isinstance(change, AvatarChange):
                    reply = Reply(ok=True, message=await asyncio.to_thread(self._catalogs.change, change))
                elif isinstance(change, TakeChange):
                    reply = Reply(
                        ok=True, message=await asyncio.to_thread(self._catalogs.change_take, change)
                    )
                elif isinstance(change, LookChange):
                    reply = Reply(
                        ok=True, message=await asyncio.to_thread(self._catalogs.change_look, change)
                    )
                else:
                    await asyncio.to_thread(self._catalogs.change_tracker, change)
                    reply = Reply(ok=True)
        except (AvatarError, TakeCommandError, TrackerError, TriggerError) as error:
            reply = Reply(ok=False, message=str(error))
        client.answer(msgspec.structs.replace(reply, request_id=change.request_id))

    def _handle_control(self, client: PageClient, message: ControlMessage) -> None:
        checked, refusals = check_control(message)
        self._inbox.count_refusals(refusals, "the panel")
        if checked is None:
            return
        source = self._inbox.names.claim(client.peer, checked.layer, checked.source, time.monotonic())
        if source is None:
            self._inbox.count_drop("too many sources", "from the panel")
            return
        if source != checked.source:
            checked = msgspec.structs.replace(checked, source=source)
        self._inbox.offer(checked, time.time_ns(), client.peer)


def _parameter(query: str, name: str) -> str:
    """The first value of a query parameter; "" if it is missing or the query is malformed."""
    with suppress(ValueError):
        return parse_qs(query, max_num_fields=8).get(name, [""])[0]
    return ""


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """False for failed handshakes, such as those of port scanners; some versions log them with a traceback."""
    return record.levelno >= logging.WARNING and record.getMessage() != "opening handshake failed"
