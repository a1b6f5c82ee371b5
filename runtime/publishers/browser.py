"""BrowserPublisher: serves the panel, and the page for OBS, from a thread of this process.

The server itself is runtime/panel/server.py.

    publisher = BrowserPublisher(inbox)
    print(publisher.url)            # http://127.0.0.1:8770/
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from protocol.addresses import url_host
from protocol.local_peer import LocalPeers
from protocol.messages import PANEL_PORT, Status
from runtime.access.ports import HOST, bind_tcp_ports
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.frames.latest_frame import LatestFrame
from runtime.intake.inbox import Inbox
from runtime.panel.access import Access
from runtime.panel.catalogs import PanelCatalogs
from runtime.panel.making import Making
from runtime.panel.server import PanelServer
from runtime.takes.folder import TakeFolder

STOP_S: Final = 2.0


class BrowserPublisher:
    """Never waits for a page: frames go through one latest-value slot to the panel's thread.

    Threads: `publish`, `publish_status` and `close` from the loop's thread. Without an open page no frame is copied.

    Attributes:
        port: the bound port number.
        url: the panel's address. It contains the token, so it must not be shown in a stream.
    """

    name = "browser"

    def __init__(
        self,
        inbox: Inbox,
        catalogs: PanelCatalogs | None = None,
        *,
        port: int = PANEL_PORT,
        host: str = HOST,
        token: str = "",
        allowed_hosts: tuple[str, ...] = (),
        peers: LocalPeers | None = None,
        making: Making | None = None,
    ) -> None:
        """Bind the port and start the thread.

        Args:
            inbox: gets the control messages and commands of pages.
            catalogs: the avatars and takes that pages can choose; None = those of `Shelf()` and ./takes.
            port: 0 = a free port.
            host: the address; one that other machines can reach needs a token.
            token: required in the address of every page, `?token=`; "" = none.
            allowed_hosts: further names under which browsers may reach the panel.
            peers: refuses the connections of other users of this machine; None = anyone may connect.
            making: makes avatars of pages' photos; None = it does not.

        Raises:
            ConfigError: other machines can reach the address, and there is no token.
            PortInUseError: another program holds the port.
        """
        self._latest = LatestFrame(secrets.randbits(64))
        access = Access(host=host, token=token, allowed_hosts=allowed_hosts)
        catalogs = catalogs or PanelCatalogs(AvatarCatalog(Shelf()), TakeFolder(Path("takes")))
        self._server = PanelServer(inbox, access, self._latest, catalogs, peers, making)
        self._status: Status | None = None
        bound = bind_tcp_ports(port, "panel", host)
        self.port = int(bound[0].getsockname()[1])
        shown = HOST if host in ("", "0.0.0.0", "::") else host
        self.url = f"http://{url_host(shown)}:{self.port}/" + (f"?token={token}" if token else "")
        self._events = asyncio.new_event_loop()
        self._is_ready = threading.Event()
        self._stopping = asyncio.Event()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, args=(bound,), name="omote-panel", daemon=True)
        self._thread.start()
        self._is_ready.wait(STOP_S)

    @property
    def detail(self) -> str:
        """The address without the token, and the number of open pages."""
        pages = self._server.clients
        return f"{self.url.partition('?')[0]}, {pages} page{'' if pages == 1 else 's'} open"

    def publish(self, frame: Frame) -> None:
        """Copy a frame for the panel's thread; without an open page, do nothing.

        Raises:
            PublishError: the panel's thread has ended.
        """
        if self._server.clients:
            self._latest.put(frame)
            self._call(self._server.frame_arrived)

    def publish_status(self, status: Status) -> None:
        """Send a status to every page, and to pages that open later.

        Raises:
            PublishError: the panel's thread has ended.
        """
        self._status = status
        self._call(self._send_status)

    def close(self) -> None:
        """Close all connections and the port, within a second; may be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(RuntimeError):
            self._events.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_S)

    def _call(self, function: Callable[[], None]) -> None:
        try:
            self._events.call_soon_threadsafe(function)
        except RuntimeError as error:
            raise PublishError(f"the panel on port {self.port} has stopped") from error

    def _send_status(self) -> None:
        if self._status is not None:
            self._server.set_status(self._status)

    def _run(self, bound: list[socket.socket]) -> None:
        """The thread: one event loop, until `close`."""
        with asyncio.Runner(loop_factory=lambda: self._events) as runner:
            runner.run(self._serve(bound))

    async def _serve(self, bound: list[socket.socket]) -> None:
        await self._server.start(*bound)
        self._is_ready.set()
        await self._stopping.wait()
        await self._server.stop()
