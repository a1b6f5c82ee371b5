"""Receiver: the sockets that lead into the Inbox, and the one thread that serves them.

A ZeroMQ PULL port takes ControlMessages, a ROUTER port takes Commands and gives Replies, two UDP ports take OSC
(`protocol/osc/control.py`) and VMC (`protocol/osc/vmc.py`). Where they bind: `runtime/access/bind.py`. On loopback
the ZeroMQ ports are served by `ZmtpServer`, for other machines by libzmq with CURVE keys.

    with Receiver(inbox, ReceiverPorts()) as receiver:
        print(receiver.ports)
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, Self

from protocol.addresses import plain_host, sender_name
from protocol.codec import encode
from protocol.messages import CONTROL_PORT, OSC_PORT, REQUEST_PORT, VMC_PORT, Reply
from protocol.osc.parse import MAX_DATAGRAM_BYTES
from protocol.zmtp import ZmtpMessage
from runtime.access.bind import LOCAL, Bind
from runtime.access.ports import bind_tcp_ports, bind_udp_ports
from runtime.intake.curve_sockets import CurveSockets
from runtime.intake.inbox import Inbox
from runtime.intake.message_intake import MessageIntake
from runtime.intake.osc_intake import OscIntake
from runtime.intake.token_bucket import TokenBucket
from runtime.intake.zmtp_server import Connection, ZmtpServer

#: Datagrams taken from one port before the others get their turn.
BATCH: Final = 32
BATCH_BYTES: Final = 32 * 1024
#: Datagrams a second and port that are parsed; more are read and thrown away, so that the loop keeps its time.
#: A datagram counts as one more for every full `DATAGRAM_BYTES`.
DATAGRAM_RATE: Final = 8000.0
DATAGRAM_BYTES: Final = 512
DATAGRAM_BURST: Final = 2000.0
#: Commands of one connection that may wait for their replies.
MAX_UNANSWERED: Final = 8
IDLE_S: Final = 0.2
VMC_PATIENCE_S: Final = 0.01
_CURVE_RETRY_S: Final = (
    0.01  # libzmq's descriptors are edge-triggered: look again where a batch was not the end
)


@dataclass(frozen=True, slots=True)
class ReceiverPorts:
    """Ports: 0 picks a free one, None leaves one closed."""

    control: int | None = CONTROL_PORT
    request: int | None = REQUEST_PORT
    osc: int | None = OSC_PORT
    vmc: int | None = VMC_PORT


class Receiver:
    """Owns the sockets and one thread that serves them; the thread only ever waits in a selector.

    The thread needs the interpreter's lock for a few microseconds a message. A loop that never sleeps must
    call `time.sleep(0)` once a frame, or Python may keep the lock from this thread for good.

    Threads: constructor and `close` come from one thread; a command's `answer` may come from any.

    Attributes:
        ports: those that are bound; None where one is closed.
    """

    ports: ReceiverPorts

    def __init__(self, inbox: Inbox, ports: ReceiverPorts | None = None, bind: Bind = LOCAL) -> None:
        """Bind everything and start.

        Raises:
            PortInUseError: another program holds a port; nothing stays bound.
            ConfigError: the address is not this machine's.
        """
        self._inbox = inbox
        self._bind = bind
        self._names = inbox.names
        self._messages = MessageIntake(inbox, self._names)
        self._osc = OscIntake(inbox, self._names)
        self._replies: deque[tuple[Connection, list[bytes]]] = deque()
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._servers: list[ZmtpServer] = []
        self._requests: ZmtpServer | None = None
        self._curve: CurveSockets | None = None
        self._udp: list[socket.socket] = []
        self._datagram = bytearray(MAX_DATAGRAM_BYTES)
        self._waker, self._wakes = socket.socketpair()
        self._waker.setblocking(False)
        self._wakes.setblocking(False)
        self._selector.register(self._wakes, selectors.EVENT_READ, self._drain_wakes)
        try:
            self.ports = self._open(ports or ReceiverPorts())
        except BaseException:
            self._close_sockets()
            raise
        self._thread = threading.Thread(target=self._serve, name="omote-receiver", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop within a second and give the ports back; waiting commands are answered. May be called twice."""
        if self._stopping:
            return
        self._stopping = True
        self._wake()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, wanted: ReceiverPorts) -> ReceiverPorts:
        control = request = osc = vmc = None
        if self._bind.keys is not None:
            self._curve = CurveSockets(
                self._bind, wanted.control, wanted.request, self._inbox, self._messages, wake=self._wake
            )
            control, request = self._curve.control, self._curve.request
            for descriptor in self._curve.descriptors():
                self._selector.register(descriptor, selectors.EVENT_READ, _ignore)
        else:
            if wanted.control is not None:
                control = self._listen(wanted.control, "control", "PULL")
            if wanted.request is not None:
                request = self._listen(wanted.request, "request", "ROUTER")
                self._requests = self._servers[-1]
        if wanted.osc is not None:
            osc = self._open_udp(wanted.osc, "osc")
        if wanted.vmc is not None:
            vmc = self._open_udp(wanted.vmc, "vmc")
        return ReceiverPorts(control, request, osc, vmc)

    def _listen(self, port: int, name: str, socket_type: str) -> int:
        listeners = bind_tcp_ports(port, name, self._bind.host)
        take = self._take_control if socket_type == "PULL" else self._take_request
        server = ZmtpServer(
            self._selector,
            listeners,
            socket_type,
            take,
            self._inbox.count_drop,
            closed=lambda connection: self._names.release(_peer(connection)),
            peers=self._bind.peers,
        )
        self._servers.append(server)
        return int(listeners[0].getsockname()[1])

    def _open_udp(self, port: int, name: str) -> int:
        opened = bind_udp_ports(port, name, self._bind.udp_host)
        self._udp += opened
        bucket = TokenBucket(DATAGRAM_RATE, DATAGRAM_BURST)
        for one in opened:
            self._selector.register(one, selectors.EVENT_READ, partial(self._take_datagrams, one, bucket))
        return int(opened[0].getsockname()[1])

    def _close_sockets(self) -> None:
        for server in self._servers:
            server.close()
        if self._curve is not None:
            self._curve.close()
        for udp in (*self._udp, self._waker, self._wakes):
            udp.close()
        self._selector.close()

    def _serve(self) -> None:
        """The thread: wait for any socket, take what it has, and send what the loop has answered."""
        has_more = False
        while not self._stopping:
            now_s = time.monotonic()
            longest_s = VMC_PATIENCE_S if self._osc.is_waiting else IDLE_S
            timeout_s = _CURVE_RETRY_S if has_more else longest_s
            for server in self._servers:
                timeout_s = server.timeout_s(now_s, timeout_s)
            events = self._selector.select(timeout_s)
            now_s = time.monotonic()
            for key, mask in events:
                key.data(mask, now_s)
            for server in self._servers:
                server.tick(now_s)
            has_more = self._curve.serve(now_s) if self._curve is not None else False
            self._send_replies()
            self._osc.flush(time.time_ns())
        for pending in self._inbox.take_commands():
            pending.answer(
                Reply(ok=False, request_id=pending.command.request_id, message="the runtime stops")
            )
        if self._curve is not None:
            self._curve.serve(time.monotonic())
        self._send_replies()
        self._close_sockets()

    def _take_control(self, connection: Connection, message: ZmtpMessage) -> bool:
        if message.refused or len(message.parts) != 1:
            reason = "too large" if message.refused == "too large" else "more than one part"
            self._inbox.count_drop(reason, "send each message as one ZeroMQ part of at most 64 KiB")
            return False
        return self._messages.control(message.parts[0], _peer(connection), time.time_ns())

    def _take_request(self, connection: Connection, message: ZmtpMessage) -> bool:
        """Queue a command. The parts before the last, REQ's empty one, are the way back."""
        if message.refused:
            self._inbox.count_drop(message.refused, "a command of at most 64 KiB is expected")
            return False
        *way_back, data = message.parts
        answer = partial(self._answer, connection, way_back)
        connection.unanswered += 1
        if connection.unanswered > MAX_UNANSWERED:
            self._inbox.count_drop("command queue full", f"{MAX_UNANSWERED} of one client wait for a reply")
            answer(
                Reply(
                    ok=False, message=f"{MAX_UNANSWERED} commands of yours wait already; read their replies"
                )
            )
            return False
        return self._messages.command(data, answer)

    def _take_datagrams(self, udp: socket.socket, bucket: TokenBucket, events: int, now_s: float) -> None:
        is_too_fast = bucket.wait_s(now_s) > 0.0
        taken = taken_bytes = 0
        while taken < BATCH and taken_bytes < BATCH_BYTES:
            try:
                size, address = udp.recvfrom_into(self._datagram)
            except OSError:  # nothing left; on Windows also a former peer that is gone
                break
            taken += 1
            taken_bytes += size
            if is_too_fast:
                continue
            host, port = plain_host(address[0]), address[1]
            if not self._bind.allows_udp(host):
                self._inbox.count_drop("sender not allowed", f"{host}; allow it with --osc-allow {host}")
                continue
            self._osc.feed(bytes(self._datagram[:size]), sender_name(host, port), time.time_ns())
        bucket.take(taken + taken_bytes // DATAGRAM_BYTES, now_s)
        if is_too_fast and taken:
            self._inbox.count_drop("too many datagrams", f"more than {DATAGRAM_RATE:.0f} a second")

    def _answer(self, connection: Connection, way_back: list[bytes], reply: Reply) -> None:
        """Any thread: hand a reply to the thread that owns the socket."""
        self._replies.append((connection, [*way_back, encode(reply)]))
        self._wake()

    def _send_replies(self) -> None:
        while self._replies and self._requests is not None:
            self._requests.send(*self._replies.popleft())

    def _wake(self) -> None:
        with suppress(OSError):  # full: it wakes anyway; closed: the thread has ended
            self._waker.send(b"\0")

    def _drain_wakes(self, events: int, now_s: float) -> None:
        with suppress(BlockingIOError):
            while self._wakes.recv(4096):
                pass


def _peer(connection: Connection) -> str:
    return f"tcp {connection.number}"


def _ignore(events: int, now_s: float) -> None:
    """libzmq's descriptors only wake the thread."""
