"""BrowserPublisher: the panel, and the picture alone for OBS, served from this process.

The pages and their rules are in runtime/panel/; this is the thread they live on.

    publisher = BrowserPublisher(inbox)
    print(publisher.url)            # http://127.0.0.1:8770/
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from protocol.messages import PANEL_PORT, Status
from runtime.access.ports import HELD, HOST, NOT_OURS, no_such_address, port_in_use
from runtime.avatars.catalog import AvatarCatalog
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.frames.latest_frame import LatestFrame
from runtime.intake.inbox import Inbox
from runtime.panel.access import Access
from runtime.panel.catalogs import PanelCatalogs
from runtime.panel.server import PanelServer
from runtime.takes.folder import TakeFolder

STOP_S: Final = 2.0


class BrowserPublisher:
    """Never waits for a page: frames go through one latest-value slot to a thread of its own.

    Threads: `publish`, `publish_status` and `close` from the loop's thread. Without pages nothing is copied.

    Attributes:
        port: the one that is bound.
        url: the panel's address; with its token, so not for a stream's picture.
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
    ) -> None:
        """Bind, and serve from a thread.

        Args:
            inbox: where the control of pages goes.
            catalogs: what pages can choose from; None = the folders avatars and takes where it was started.
            port: 0 for a free one.
            host: an address others can reach needs a token.
            token: what a page has to bring in its address, `?token=`.
            allowed_hosts: names, besides this machine's own, under which browsers may reach the panel.

        Raises:
            ConfigError: an address others can reach, without a token.
            PortInUseError: another program holds the port.
        """
        self._latest = LatestFrame(secrets.randbits(64))
        access = Access(host=host, token=token, allowed_hosts=allowed_hosts)
        catalogs = catalogs or PanelCatalogs(AvatarCatalog(Path("avatars")), TakeFolder(Path("takes")))
        self._server = PanelServer(inbox, access, self._latest, catalogs)
        self._status: Status | None = None
        bound = _bind(host, port)
        self.port = int(bound.getsockname()[1])
        shown = HOST if host in ("", "0.0.0.0", "::") else host
        shown = f"[{shown}]" if ":" in shown else shown
        self.url = f"http://{shown}:{self.port}/" + (f"?token={token}" if token else "")
        self._events = asyncio.new_event_loop()
        self._is_ready = threading.Event()
        self._stopping = asyncio.Event()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, args=(bound,), name="omote-panel", daemon=True)
        self._thread.start()
        self._is_ready.wait(STOP_S)

    @property
    def detail(self) -> str:
        """Where it leads, without the token, and how many pages are open."""
        pages = self._server.clients
        return f"{self.url.partition('?')[0]}, {pages} page{'' if pages == 1 else 's'} open"

    def publish(self, frame: Frame) -> None:
        """Put a frame where the pages' thread finds it; without pages, do nothing.

        Raises:
            PublishError: the pages' thread is gone.
        """
        if self._server.clients:
            self._latest.put(frame)
            self._call(self._server.frame_arrived)

    def publish_status(self, status: Status) -> None:
        """Show a status on every page, and on those that open later.

        Raises:
            PublishError: the pages' thread is gone.
        """
        self._status = status
        self._call(self._send_status)

    def close(self) -> None:
        """Close the pages and give the port back, within a second."""
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

    def _run(self, bound: socket.socket) -> None:
        """The thread: one event loop, from start to stop."""
        with asyncio.Runner(loop_factory=lambda: self._events) as runner:
            runner.run(self._serve(bound))

    async def _serve(self, bound: socket.socket) -> None:
        await self._server.start(bound)
        self._is_ready.set()
        await self._stopping.wait()
        await self._server.stop()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this option would share the port with anybody
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        elif hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        opened.bind((host, port))
        opened.listen(64)
    except OSError as error:
        opened.close()
        if error.errno in HELD:
            raise port_in_use(port, "panel") from error
        if error.errno in NOT_OURS:
            raise no_such_address(host) from error
        raise
    return opened
