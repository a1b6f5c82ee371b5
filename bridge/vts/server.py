"""The WebSocket server of the pretended VTube Studio: plugins in, ControlMessages out.

    server = VtsServer(studio, driving, publisher, say=print)
    asyncio.run(server.run(stop, port=8001))

Everything runs on one asyncio loop. A plugin that misbehaves is answered with an error or loses its
connection; it never stops the others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from bridge.errors import BridgeError
from bridge.sending.publisher import ControlPublisher
from bridge.sending.steady_clock import SteadyClock
from bridge.vts.api import MAX_MESSAGE_BYTES
from bridge.vts.beacon import BEACON_PORT, BEACON_S, Beacon
from bridge.vts.dispatch import answer_request
from bridge.vts.driving import Driving
from bridge.vts.parameters import Plugin
from bridge.vts.session_requests import tell_test
from bridge.vts.studio import Session, Studio
from protocol.messages import ControlMessage

VTS_PORT: Final = 8001
MAX_CLIENTS: Final = 32
#: Messages of one plugin that may wait; what is beyond waits in its own sockets.
MAX_WAITING: Final = 16
TICK_S: Final = 0.05
#: What is held is sent again after this long, for plugins that send seldom.
REPEAT_S: Final = 0.1
REPORT_S: Final = 1.0
CLOSE_S: Final = 0.5
TRY_AGAIN_LATER: Final = 1013


class VtsServer:
    """Serves plugins until it is told to stop.

    Attributes:
        port: where it listens; 0 until it does.
    """

    def __init__(
        self, studio: Studio, driving: Driving, publisher: ControlPublisher, *, say: Callable[[str], None]
    ) -> None:
        """Args:
        publisher: where messages go; it stays the caller's.
        say: takes a line of text when something changes, and once a second while plugins are there.
        """
        self.port = 0
        self._studio = studio
        self._driving = driving
        self._publisher = publisher
        self._say = say
        self._clock = SteadyClock()
        self._connections: dict[Session, ServerConnection] = {}
        self._sent_s: dict[Plugin, float] = {}
        self._emotions_s = 0.0
        self._requests = self._taken = self._untaken = 0

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
            beacon_port: None sends no state broadcasts.
            on_ready: is told the port once plugins may connect.

        Raises:
            BridgeError: the port cannot be opened.
        """
        try:
            server = await serve(
                self._serve_plugin,
                host,
                port,
                max_size=MAX_MESSAGE_BYTES,
                max_queue=MAX_WAITING,
                compression=None,
                close_timeout=CLOSE_S,
            )
        except OSError as error:
            raise BridgeError(
                f"port {port} on {host} cannot be opened ({error.strerror or error}); is VTube Studio "
                "running? Close it, or take another port with --port and name it in the plugin"
            ) from error
        self.port = next(iter(server.sockets)).getsockname()[1]
        beacon = None if beacon_port is None else Beacon(self.port, beacon_port)
        try:
            on_ready(self.port)
            await self._tick(stop, beacon)
        finally:
            if beacon is not None:
                beacon.close()
            server.close()
            await server.wait_closed()

    async def _serve_plugin(self, connection: ServerConnection) -> None:
        if len(self._connections) >= MAX_CLIENTS:
            await connection.close(TRY_AGAIN_LATER, f"{MAX_CLIENTS} plugins are connected already")
            return
        session = self._studio.open_session()
        self._connections[session] = connection
        was: Plugin | None = None
        try:
            async for text in connection:
                answer = await answer_request(
                    self._studio, session, text, now_s=self._now_s(), now_ms=self._now_ms()
                )
                if answer.mover is not None:
                    self._send_plugin(answer.mover)
                await connection.send(answer.text)
                self._send_events()
                if session.plugin is not None and session.plugin != was:
                    was = session.plugin
                    self._say(f"{was.name} by {was.developer}: connected")
        except ConnectionClosed:
            pass  # some plugins leave without a word
        finally:
            del self._connections[session]
            self._studio.close_session(session)
            if was is not None:
                self._say(f"{was.name} by {was.developer}: gone")

    async def _tick(self, stop: asyncio.Event, beacon: Beacon | None) -> None:
        beacon_s = report_s = test_s = self._now_s()
        while not stop.is_set():
            now_s = self._now_s()
            self._studio.pass_time(now_s)
            for plugin in self._studio.parameters.plugins():
                if now_s - self._sent_s.get(plugin, 0.0) >= REPEAT_S:
                    self._send_plugin(plugin)
            if now_s - self._emotions_s >= REPEAT_S:
                self._send_emotions(now_s)
            if now_s >= test_s:
                tell_test(self._studio, now_s)
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
            self._driving.of_plugin(
                self._studio.parameters, plugin, now_s=now_s, now_ns=self._clock.unix_ns(self._clock.now_ns())
            )
        )

    def _send_emotions(self, now_s: float) -> None:
        self._emotions_s = now_s
        now_ns = self._clock.unix_ns(self._clock.now_ns())
        self._publish(self._driving.of_emotions(self._studio.emotions.active, now_ns=now_ns))

    def _publish(self, messages: list[ControlMessage]) -> None:
        if not messages:
            return
        if self._publisher.send(messages):
            self._taken += 1
        else:
            self._untaken += 1

    def _send_events(self) -> None:
        for session, text in self._studio.take_events(self._now_ms()):
            connection = self._connections.get(session)
            if connection is not None:
                broadcast([connection], text)  # never waits for one that does not read

    def _report(self, elapsed_s: float) -> None:
        """Once a second: how it goes, if a plugin asked for anything."""
        self._clock.follow()
        held = self._studio.parameters.plugins()
        self._sent_s = {plugin: sent_s for plugin, sent_s in self._sent_s.items() if plugin in held}
        if not held:
            self._publisher.forget()
        requests = self._studio.answered + sum(self._studio.refused.values())
        if requests > self._requests:
            each_s = (requests - self._requests) / elapsed_s
            line = f"{len(self._connections)} plugins, {each_s:.0f} requests/s"
            moving = ", ".join(sorted(self._driving.name_of(plugin) for plugin in held))
            line += f", moved by {moving}" if moving else ""
            if self._studio.refused:
                refused = sorted(self._studio.refused.items())
                line += "; refused so far: " + ", ".join(f"{n} x error {error}" for error, n in refused)
            if self._untaken and not self._taken:
                line += f"; nobody listens at {self._publisher.address} (start it with: omote run)"
            self._say(line)
        self._requests = requests
        self._taken = self._untaken = 0

    def _now_s(self) -> float:
        return self._clock.now_ns() / 1e9

    def _now_ms(self) -> int:
        return time.time_ns() // 1_000_000
