"""VtsServer: the WebSocket server that emulates VTube Studio; plugin requests in, ControlMessages out.

    server = VtsServer(state, plugin_messages, publisher, say=print)
    asyncio.run(server.run(stop, port=8001))

Everything runs on one asyncio loop. An invalid request is answered with an error, a broken connection is
closed; other plugins are not affected.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from bridge.errors import BridgeError
from bridge.ports.bound_socket import bound_sockets
from bridge.ports.local_users import local_peers
from bridge.sending.publisher import ControlPublisher
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.steady_clock import SteadyClock
from bridge.vts.api import MAX_MESSAGE_BYTES
from bridge.vts.beacon import BEACON_PORT, BEACON_S, Beacon
from bridge.vts.dispatch import answer_request
from bridge.vts.parameters import Plugin
from bridge.vts.plugin_connections import PluginConnections
from bridge.vts.plugin_messages import PluginMessages
from bridge.vts.session_requests import queue_test_events
from bridge.vts.vts_state import PluginSession, VtsState
from protocol.messages import ControlMessage

VTS_PORT: Final = 8001
MAX_CLIENTS: Final = 32
#: Most unread messages of one plugin; beyond this, TCP flow control makes the plugin wait.
MAX_WAITING: Final = 16
TICK_S: Final = 0.05
#: Held values are sent again after this long, for plugins that send seldom.
REPEAT_S: Final = 0.1
REPORT_S: Final = 1.0
CLOSE_S: Final = 0.5
OPEN_S: Final = 5.0
TRY_AGAIN_LATER: Final = 1013


class VtsServer:
    """Serves plugins until it is stopped.

    Attributes:
        port: the port it listens on; 0 before it does.
    """

    def __init__(
        self,
        state: VtsState,
        plugin_messages: PluginMessages,
        publisher: ControlPublisher,
        *,
        say: Callable[[str], None],
        allowed_origins: tuple[str, ...] = (),
        allow_other_users: bool = False,
    ) -> None:
        """Prepare the server; `run` opens the port.

        Args:
            state: shared by all sessions.
            plugin_messages: makes messages of the values that plugins hold.
            publisher: sends the messages; the caller closes it.
            say: called with a line of text when something changes, and once a second while plugins send.
            allowed_origins: web sites whose pages may connect.
            allow_other_users: let the programs of this machine's other users connect.
        """
        self.port = 0
        self._state = state
        self._plugin_messages = plugin_messages
        self._link = RuntimeLink(publisher, say=say)
        self._say = say
        self._clock = SteadyClock()
        self._access = PluginConnections(
            say,
            allowed_origins=allowed_origins,
            peers=None if allow_other_users else local_peers(),
        )
        self._connections: dict[PluginSession, ServerConnection] = {}
        self._sent_s: dict[Plugin, float] = {}
        self._emotions_s = 0.0
        self._requests = 0

    async def run(
        self,
        stop: asyncio.Event,
        *,
        host: str = "127.0.0.1",
        port: int = VTS_PORT,
        beacon_port: int | None = BEACON_PORT,
        on_ready: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Serve until the event is set.

        Args:
            stop: ends the server when set.
            host: the address to listen on.
            port: 0 = any free one.
            beacon_port: UDP port for state broadcasts on this machine; None sends none.
            on_ready: called with the port once plugins can connect.

        Raises:
            BridgeError: the port cannot be opened.
        """
        try:
            bound = bound_sockets(host, port, socket.SOCK_STREAM)
            servers = [await self._listen(one) for one in bound]
        except OSError as error:
            raise BridgeError(
                f"port {port} on {host} cannot be opened ({error.strerror or error}); is VTube Studio "
                "running? Close it, or take another port with --port and name it in the plugin"
            ) from error
        self.port = int(bound[0].getsockname()[1])
        beacon = None if beacon_port is None else Beacon(self.port, beacon_port)
        try:
            on_ready(self.port)
            await self._tick(stop, beacon)
        finally:
            if beacon is not None:
                beacon.close()
            for server in servers:
                server.close()
            for server in servers:
                await server.wait_closed()

    async def _listen(self, bound: socket.socket) -> Server:
        return await serve(
            self._serve_plugin,
            sock=bound,
            max_size=MAX_MESSAGE_BYTES,
            max_queue=MAX_WAITING,
            compression=None,
            close_timeout=CLOSE_S,
            open_timeout=OPEN_S,
            process_request=self._access.refuse_pages,
            create_connection=self._access.make_class(),
            logger=_logger(),
        )

    async def _serve_plugin(self, connection: ServerConnection) -> None:
        if len(self._connections) >= MAX_CLIENTS and not self._make_room():
            await connection.close(TRY_AGAIN_LATER, f"{MAX_CLIENTS} plugins are connected already")
            return
        session = self._state.open_session()
        self._connections[session] = connection
        plugin: Plugin | None = None
        try:
            async for text in connection:
                answer = await answer_request(
                    self._state, session, text, now_s=self._now_s(), now_ms=self._now_ms()
                )
                if answer.injected_by is not None:
                    self._send_plugin(answer.injected_by)
                await connection.send(answer.text)
                self._send_events()
                if session.plugin is not None and session.plugin != plugin:
                    plugin = session.plugin
                    self._say(f"{plugin.name} by {plugin.developer}: connected")
        except ConnectionClosed:
            pass  # some plugins disconnect without a close frame
        finally:
            self._connections.pop(session, None)
            self._state.close_session(session)
            if plugin is not None:
                self._say(f"{plugin.name} by {plugin.developer}: disconnected")

    def _make_room(self) -> bool:
        """Close the oldest connection that has not authenticated; False: there is none."""
        for session, connection in self._connections.items():
            if session.plugin is None:
                del self._connections[session]
                connection.transport.abort()
                return True
        return False

    async def _tick(self, stop: asyncio.Event, beacon: Beacon | None) -> None:
        beacon_s = report_s = test_s = self._now_s()
        while not stop.is_set():
            now_s = self._now_s()
            self._state.update(now_s)
            for plugin in self._state.parameters.plugins():
                if now_s - self._sent_s.get(plugin, 0.0) >= REPEAT_S:
                    self._send_plugin(plugin)
            if now_s - self._emotions_s >= REPEAT_S:
                self._send_emotions(now_s)
            if now_s >= test_s:
                queue_test_events(self._state, now_s)
                test_s += 1.0
            if beacon is not None and now_s >= beacon_s:
                beacon.send(self._now_ms())
                beacon_s += BEACON_S
            if now_s >= report_s + REPORT_S:
                self._report(now_s - report_s)
                report_s = now_s
            self._send_events()
            await asyncio.sleep(TICK_S)

    def _send_plugin(self, plugin: Plugin) -> None:
        now_s = self._now_s()
        self._sent_s[plugin] = now_s
        self._publish(
            self._plugin_messages.of_plugin(
                self._state.parameters, plugin, now_s=now_s, now_ns=self._clock.unix_ns(self._clock.now_ns())
            )
        )

    def _send_emotions(self, now_s: float) -> None:
        self._emotions_s = now_s
        now_ns = self._clock.unix_ns(self._clock.now_ns())
        self._publish(self._plugin_messages.of_emotions(self._state.emotions.active, now_ns=now_ns))

    def _publish(self, messages: list[ControlMessage]) -> None:
        self._link.send(messages, self._clock.now_ns())

    def _send_events(self) -> None:
        for session, text in self._state.drain_events(self._now_ms()):
            connection = self._connections.get(session)
            if connection is not None:
                broadcast([connection], text)  # does not wait for a plugin that does not read

    def _report(self, elapsed_s: float) -> None:
        """Print the rates of the last second, if there were any requests."""
        self._clock.follow()
        held = self._state.parameters.plugins()
        self._sent_s = {plugin: sent_s for plugin, sent_s in self._sent_s.items() if plugin in held}
        if not held:
            self._link.forget()
        requests = self._state.answered + sum(self._state.refused.values())
        if requests > self._requests:
            each_s = (requests - self._requests) / elapsed_s
            line = f"{len(self._connections)} plugins, {each_s:.0f} requests/s"
            moving = ", ".join(sorted(self._plugin_messages.name_of(plugin) for plugin in held))
            line += f", moved by {moving}" if moving else ""
            if self._state.refused:
                refused = sorted(self._state.refused.items())
                line += "; refused so far: " + ", ".join(f"{n} x error {error}" for error, n in refused)
            self._say(line + self._link.note)
        self._requests = requests

    def _now_s(self) -> float:
        return self._clock.now_ns() / 1e9

    def _now_ms(self) -> int:
        return time.time_ns() // 1_000_000


def _logger() -> logging.Logger:
    """The connections' log, without failed handshakes: those of port scanners would fill it with tracebacks."""
    logger = logging.getLogger("bridge.vts.socket")
    logger.addFilter(_is_worth_logging)
    return logger


def _is_worth_logging(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and record.getMessage() != "opening handshake failed"
