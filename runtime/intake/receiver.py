"""Receiver: the sockets that control messages and commands arrive on.

A ZeroMQ PULL socket receives ControlMessages, a ROUTER socket receives Commands and sends Replies, two UDP ports
receive OSC (`protocol/osc/control.py`) and VMC (`protocol/osc/vmc.py`). Addresses: `runtime/access/bind.py`.

    with Receiver(inbox, ReceiverPorts()) as receiver:
        print(receiver.ports)
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, Self

import zmq

from protocol.codec import check_control, decode_command, decode_control, encode
from protocol.errors import CodecError
from protocol.messages import CONTROL_PORT, OSC_PORT, REQUEST_PORT, VMC_PORT, Reply
from protocol.osc.parse import MAX_DATAGRAM_BYTES
from runtime.access.bind import LOCAL, Bind
from runtime.access.curve import CurveGate
from runtime.access.ports import bind_udp, bind_zmq
from runtime.intake.inbox import Inbox
from runtime.intake.osc_intake import OscIntake
from runtime.intake.sequence_guard import SequenceGuard

#: ZeroMQ disconnects a client that sends more. From `codec.MAX_MESSAGE_BYTES` up to this, a message is counted and dropped.
MAX_WIRE_BYTES: Final = 1024 * 1024
#: Messages received from one socket before the next socket is served.
BATCH: Final = 64
QUEUE: Final = 256  # messages that ZeroMQ buffers per connection
#: Longest poll, so that `close` takes effect soon; and while VMC blendshapes wait for their Apply.
POLL_MS: Final = 200
VMC_POLL_MS: Final = 10
#: Time that the last replies get to reach their clients when the socket is closed.
LINGER_MS: Final = 200


@dataclass(frozen=True, slots=True)
class ReceiverPorts:
    """Port numbers: 0 = a free port, None = the port stays closed."""

    control: int | None = CONTROL_PORT
    request: int | None = REQUEST_PORT
    osc: int | None = OSC_PORT
    vmc: int | None = VMC_PORT


class Receiver:
    """Owns the sockets and one thread that serves them; the thread waits in a poll and nowhere else.

    The thread needs the GIL for a few microseconds per message. A loop that never sleeps must call
    `time.sleep(0)` once a frame, or Python may never give this thread the GIL.

    Threads: the constructor and `close` are called from one thread; a command's `answer` from any.

    Attributes:
        ports: the bound port numbers; None = closed.
    """

    ports: ReceiverPorts

    def __init__(self, inbox: Inbox, ports: ReceiverPorts | None = None, bind: Bind = LOCAL) -> None:
        """Bind all ports and start the thread.

        Args:
            inbox: where messages and commands go.
            ports: None = the default ports.
            bind: the address, and who may connect.

        Raises:
            PortInUseError: another program holds a port; nothing stays bound.
            ConfigError: the address does not belong to this machine.
        """
        self._inbox = inbox
        self._bind = bind
        self._gate: CurveGate | None = None
        self._guard = SequenceGuard()
        self._intake = OscIntake(inbox)
        self._replies: deque[list[bytes]] = deque()
        self._stopping = False
        self._context = zmq.Context()
        self._control: zmq.Socket[bytes] | None = None
        self._requests: zmq.Socket[bytes] | None = None
        self._udp: list[socket.socket] = []
        self._datagram = bytearray(MAX_DATAGRAM_BYTES)
        self._waker, self._wakes = socket.socketpair()
        self._waker.setblocking(False)
        self._wakes.setblocking(False)
        try:
            self.ports = self._open(ports or ReceiverPorts())
        except BaseException:
            self._close_sockets()
            raise
        self._thread = threading.Thread(target=self._serve, name="omote-receiver", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close the ports, within a second; queued commands get a reply. May be called twice."""
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
            self._gate = CurveGate(self._context, self._bind.keys)
        host, udp_host = self._bind.host, self._bind.udp_host
        if wanted.control is not None:
            self._control = self._socket(zmq.PULL)
            control = bind_zmq(self._control, wanted.control, "control", host)
        if wanted.request is not None:
            self._requests = self._socket(zmq.ROUTER)
            request = bind_zmq(self._requests, wanted.request, "request", host)
        if wanted.osc is not None:
            self._udp.append(bind_udp(wanted.osc, "osc", udp_host))
            osc = int(self._udp[-1].getsockname()[1])
        if wanted.vmc is not None:
            self._udp.append(bind_udp(wanted.vmc, "vmc", udp_host))
            vmc = int(self._udp[-1].getsockname()[1])
        return ReceiverPorts(control, request, osc, vmc)

    def _socket(self, kind: int) -> zmq.Socket[bytes]:
        opened = self._context.socket(kind)
        opened.setsockopt(zmq.MAXMSGSIZE, MAX_WIRE_BYTES)
        opened.setsockopt(zmq.RCVHWM, QUEUE)
        opened.setsockopt(zmq.SNDHWM, QUEUE)
        if self._gate is not None:
            self._gate.guard(opened)
        return opened

    def _close_sockets(self) -> None:
        for udp in (*self._udp, self._waker, self._wakes):
            udp.close()
        if self._control is not None:
            self._control.close(linger=0)
        if self._requests is not None:
            self._requests.close(linger=LINGER_MS)
        if self._gate is not None:
            self._gate.close()
        self._context.term()

    def _serve(self) -> None:
        """The thread: wait for any socket, receive from it, and send the replies of the loop."""
        poller = zmq.Poller()
        receive: dict[object, Callable[[], None]] = {self._wakes.fileno(): self._drain_wakes}
        for udp in self._udp:
            receive[udp.fileno()] = partial(self._receive_datagrams, udp)
        if self._control is not None:
            receive[self._control] = partial(self._receive_control, self._control)
        if self._requests is not None:
            receive[self._requests] = partial(self._receive_commands, self._requests)
        for opened in receive:
            poller.register(opened, zmq.POLLIN)
        while not self._stopping:
            for opened, _ in poller.poll(VMC_POLL_MS if self._intake.is_waiting else POLL_MS):
                receive[opened]()
            self._send_replies()
            self._intake.flush(time.time_ns())
        for pending in self._inbox.take_commands():
            pending.answer(
                Reply(ok=False, request_id=pending.command.request_id, message="the runtime stops")
            )
        self._send_replies()
        self._close_sockets()

    def _receive_control(self, control: zmq.Socket[bytes]) -> None:
        for _ in range(BATCH):
            if not _has_message(control):
                return
            data = control.recv()
            now_ns = time.time_ns()
            if control.getsockopt(zmq.RCVMORE):
                control.recv_multipart()
                self._inbox.count_drop("more than one part", "send each message as one ZeroMQ part")
                continue
            try:
                decoded = decode_control(data)
            except CodecError as error:
                self._inbox.count_drop(error.reason, error.detail)
                continue
            message, refusals = check_control(decoded)
            for reason, detail in refusals:
                self._inbox.count_drop(reason, f"{detail}, from {decoded.source!r}")
            if message is None:
                continue
            if self._guard.accepts(message, time.monotonic_ns()):
                self._inbox.offer(message, now_ns)
            else:
                self._inbox.count_drop("older than the newest", f"{message.source!r} {message.sequence}")

    def _receive_commands(self, requests: zmq.Socket[bytes]) -> None:
        """Queue commands. The parts before the last route the reply: an identity, and REQ's empty part."""
        for _ in range(BATCH):
            if not _has_message(requests):
                return
            *route, data = requests.recv_multipart()
            answer = partial(self._answer, route)
            try:
                command = decode_command(data)
            except CodecError as error:
                self._inbox.count_drop(error.reason, error.detail)
                answer(Reply(ok=False, message=f"{error}; see docs/protocol.md"))
                continue
            self._inbox.offer_command(command, answer)

    def _receive_datagrams(self, udp: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                size, (host, port) = udp.recvfrom_into(self._datagram)
            except OSError:  # no datagram left; on Windows also the error of an earlier, unreachable peer
                return
            if not self._bind.allows_udp(host):
                self._inbox.count_drop("sender not allowed", f"{host}; allow it with --osc-allow {host}")
                continue
            self._intake.feed(bytes(self._datagram[:size]), f"{host}:{port}", time.time_ns())

    def _answer(self, route: list[bytes], reply: Reply) -> None:
        """Any thread: queue a reply for the thread that owns the socket."""
        self._replies.append([*route, encode(reply)])
        self._wake()

    def _send_replies(self) -> None:
        while self._replies and self._requests is not None:
            try:
                self._requests.send_multipart(self._replies.popleft(), zmq.NOBLOCK)
            except zmq.Again:
                self._inbox.count_drop("reply not taken")

    def _wake(self) -> None:
        with suppress(OSError):  # buffer full: the thread wakes anyway; closed: the thread has ended
            self._waker.send(b"\0")

    def _drain_wakes(self) -> None:
        with suppress(BlockingIOError):
            while self._wakes.recv(4096):
                pass


def _has_message(opened: zmq.Socket[bytes]) -> bool:
    """Whether `recv` would return at once. This call keeps the GIL; a `recv` without a message would release it."""
    events = opened.getsockopt(zmq.EVENTS)
    assert isinstance(events, int)
    return bool(events & zmq.POLLIN)
