"""The hub: the ports of all chosen trackers on one asyncio loop, from the sockets to an `ObservationReceiver`.

    hub = Hub([tracker], receiver, say=print)
    asyncio.run(hub.run(stop))

An error affects only its own port: a port that is in use is reported and retried, one whose network interface
disappeared is opened again, refused datagrams are counted. The other ports keep working.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

from bridge.ports.greeter import Greeter
from bridge.ports.observation_receiver import ObservationReceiver
from bridge.ports.port_owners import port_trouble
from bridge.ports.routing import Router
from bridge.ports.tcp_port import Stream, TcpPort
from bridge.ports.udp_port import UdpPort
from bridge.trackers.network_tracker import (
    DatagramTracker,
    FeedResult,
    FlushingTracker,
    GreetingTracker,
    StreamTracker,
)
from protocol.addresses import plain_host, sender_name
from protocol.codec import Refusal

TICK_S: Final = 0.02
CHECK_EVERY: Final = 5  # ticks: 0.1 s
GREET_EVERY: Final = 10  # ticks: 0.2 s
RETRY_S: Final = 3.0

NetworkTracker = DatagramTracker | StreamTracker


class Hub:
    """Serves trackers until it is stopped. Everything runs on the loop that calls `run`.

    Attributes:
        received: tracker -> number of datagrams or stream chunks received for it.
        host: the address it listens on.
        ready: set once every port is open or reported as unusable.
        router: assigns datagrams to trackers, with its counts.
    """

    def __init__(
        self,
        trackers: Sequence[NetworkTracker],
        receiver: ObservationReceiver,
        *,
        say: Callable[[str], None],
        host: str = "127.0.0.1",
        ports: Mapping[str, Sequence[int]] | None = None,
        any_ports: Sequence[int] = (),
        is_detecting: bool = False,
        allowed: Collection[str] = (),
        retry_s: float = RETRY_S,
    ) -> None:
        """A hub whose ports are still closed; `run` opens them.

        Args:
            trackers: the trackers to serve; several may share a port.
            receiver: gets every observation; the caller keeps and closes it.
            say: takes one line of text when something changes.
            host: the address to listen on.
            ports: tracker -> ports that replace its own; 0 picks a free one.
            any_ports: more UDP ports, for any format; needs `is_detecting`.
            is_detecting: choose each datagram's tracker by its format instead of by its port.
            allowed: hosts that may send; empty = every host that can reach this machine.
            retry_s: seconds between attempts to open ports that are in use.
        """
        self.received: Counter[str] = Counter()
        self.router = Router(
            [tracker for tracker in trackers if isinstance(tracker, DatagramTracker)],
            say,
            is_detecting=is_detecting,
        )
        self._receiver = receiver
        self._say = say
        self.host = plain_host(host)
        self.ready = asyncio.Event()
        self._allowed = frozenset(map(plain_host, allowed))
        self._retry_every = max(round(retry_s / TICK_S), 1)
        self._greeter = Greeter(say)
        self._flushing = [tracker for tracker in trackers if isinstance(tracker, FlushingTracker)]
        self._greeting = [tracker for tracker in trackers if isinstance(tracker, GreetingTracker)]
        self._ephemeral = UdpPort(self.host, 0)  # for the greetings of trackers without a UDP port
        self._heard_ns: Counter[str] = Counter()
        self._udp: dict[UdpPort, list[DatagramTracker]] = {}
        self._first_port: dict[str, UdpPort] = {}
        self._tcp: dict[TcpPort, StreamTracker] = {}
        self._troubled: set[UdpPort | TcpPort] = set()
        for tracker in trackers:
            self._assign_ports(tracker, (ports or {}).get(tracker.name))
        for number in any_ports:
            self._udp.setdefault(UdpPort(self.host, number), [])

    def _assign_ports(self, tracker: NetworkTracker, numbers: Sequence[int] | None) -> None:
        """Add a tracker's ports, its own or those given; trackers with the same number share a port.

        A tracker of both datagrams and streams keeps its own stream ports.
        """
        if isinstance(tracker, DatagramTracker):
            for number in tracker.udp_ports if numbers is None else numbers:
                port = next((port for port in self._udp if port.port == number != 0), None)
                if port is None:
                    port = UdpPort(self.host, number)
                self._udp.setdefault(port, []).append(tracker)
                self._first_port.setdefault(tracker.name, port)
            numbers = None
        if isinstance(tracker, StreamTracker):
            for number in tracker.tcp_ports if numbers is None else numbers:
                self._tcp[self._tcp_port(tracker, number)] = tracker

    @property
    def open_ports(self) -> dict[str, list[int]]:
        """Tracker -> its open ports; "any" -> the open ports that belong to no tracker."""
        found: dict[str, list[int]] = {}
        for port, trackers in self._udp.items():
            for name in [tracker.name for tracker in trackers] or ["any"]:
                if port.is_open:
                    found.setdefault(name, []).append(port.port)
        for tcp, tracker in self._tcp.items():
            if tcp.is_open:
                found.setdefault(tracker.name, []).append(tcp.port)
        return found

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until the event is set, then close all ports."""
        try:
            await self._open_closed()
            self.ready.set()
            tick = 0
            while not stop.is_set():
                tick += 1
                now_ns = self._receiver.clock.now_ns()
                for tracker in self._flushing:
                    self._deliver(tracker.name, tracker.flush(now_ns), now_ns)
                if tick % CHECK_EVERY == 0:
                    self._receiver.check(now_ns)
                if tick % GREET_EVERY == 0:
                    self._greet(now_ns)
                if tick % self._retry_every == 0:
                    await self._open_closed()
                await asyncio.sleep(TICK_S)
        finally:
            self.ready.set()  # a waiting task must not wait for ever
            self._greeter.close()
            self._ephemeral.close()
            for port in self._udp:
                self._close(port)
            for tcp in self._tcp:
                tcp.close()

    async def _open_closed(self) -> None:
        """Open every closed port; each error is reported once."""
        for port, trackers in self._udp.items():
            if not port.is_open:
                try:
                    port.open()
                except OSError as error:
                    self._report_trouble(port, " and ".join(t.name for t in trackers) or "any", error)
                    continue
                for which, opened in enumerate(port.sockets):
                    asyncio.get_running_loop().add_reader(opened, self._read, port, trackers, which)
                self._clear_trouble(port)
        for tcp, tracker in self._tcp.items():
            tcp.drop_silent(asyncio.get_running_loop().time())
            if not tcp.is_open:
                try:
                    await tcp.open()
                except OSError as error:
                    self._report_trouble(tcp, tracker.name, error)
                    continue
                self._clear_trouble(tcp)

    def _report_trouble(self, port: UdpPort | TcpPort, name: str, error: OSError) -> None:
        if port not in self._troubled:
            self._troubled.add(port)
            self._say(port_trouble(port.port, port.host, name, error))

    def _clear_trouble(self, port: UdpPort | TcpPort) -> None:
        if port in self._troubled:
            self._troubled.discard(port)
            self._say(f"port {port.port} on {port.host} is open now")

    def _close(self, port: UdpPort) -> None:
        if port.is_open:
            for opened in port.sockets:
                asyncio.get_running_loop().remove_reader(opened)
            port.close()

    def _read(self, port: UdpPort, owners: list[DatagramTracker], which: int) -> None:
        """Receive the datagrams that wait at one of a port's sockets; called by the loop when there are any."""
        try:
            datagrams = port.receive(which)
        except OSError as error:
            self._report_trouble(port, " and ".join(t.name for t in owners) or "any", error)
            self._close(port)
            return
        if self._allowed:
            datagrams = [datagram for datagram in datagrams if self._is_allowed(owners, datagram.host)]
        now_ns = self._receiver.clock.now_ns()
        for tracker, datagram in self.router.route(owners, datagrams):
            if tracker is None:
                refusal = Refusal("unknown format", f"{len(datagram.data)} bytes from {datagram.host}")
                self._receiver.refuse("any", [refusal])
                continue
            self.received[tracker.name] += 1
            result = tracker.feed(datagram.data, sender_name(datagram.host, datagram.port), now_ns)
            if result.refusals:
                self.router.refused(tracker, datagram)
            self._deliver(tracker.name, result, now_ns)

    def _deliver(self, name: str, result: FeedResult, now_ns: int) -> None:
        for observation in result.observations:
            self._receiver.receive(name, observation, now_ns)
        if result.observations:
            self._heard_ns[name] = now_ns
        if result.refusals:
            self._receiver.refuse(name, result.refusals)

    def _greet(self, now_ns: int) -> None:
        for tracker in self._greeting:
            for greeting in tracker.greetings(now_ns, self._heard_ns[tracker.name]):
                port = self._first_port.get(tracker.name) or self._ephemeral
                if not port.is_open and port is self._ephemeral:
                    with suppress(OSError):  # no network now; the greeting is repeated later
                        port.open()
                self._greeter.send(greeting, port)

    def _is_allowed(self, owners: list[DatagramTracker], host: str) -> bool:
        if not self._allowed or host in self._allowed:
            return True
        name = owners[0].name if owners else "any"
        self._receiver.refuse(name, [Refusal("not allowed", f"{host} is not among --allow")])
        return False

    def _tcp_port(self, tracker: StreamTracker, number: int) -> TcpPort:
        def connect(host: str, port: int) -> Stream | None:
            if self._allowed and host not in self._allowed:
                self._receiver.refuse(tracker.name, [Refusal("not allowed", f"{host} is not among --allow")])
                return None
            stream = tracker.connect(sender_name(host, port))

            def take(chunk: bytes) -> None:
                now_ns = self._receiver.clock.now_ns()
                self.received[tracker.name] += 1
                self._deliver(tracker.name, stream.feed(chunk, now_ns), now_ns)

            return take

        def refuse_request() -> None:
            refusal = Refusal(
                "HTTP request", "a browser or another HTTP client connected; expected a tracker"
            )
            self._receiver.refuse(tracker.name, [refusal])

        return TcpPort(self.host, number, connect, on_request=refuse_request)
