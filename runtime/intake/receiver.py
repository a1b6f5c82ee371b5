"""Receiver: the sockets that lead into the Inbox.

ZeroMQ PULL takes ControlMessages, ZeroMQ ROUTER takes Commands and gives Replies, two UDP ports take OSC
(`protocol/osc/control.py`) and VMC (`protocol/osc/vmc.py`). Where they bind: `runtime/access/bind.py`.

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

#: Above this ZeroMQ cuts the connection; between `codec.MAX_MESSAGE_BYTES` and this a message is counted.
MAX_WIRE_BYTES: Final = 1024 * 1024
#: Messages taken from one socket before the others get their turn.
BATCH: Final = 64
QUEUE: Final = 256  # messages ZeroMQ keeps a connection
IDLE_MS: Final = 200
VMC_PATIENCE_MS: Final = 10
LAST_REPLIES_MS: Final = 200


@dataclass(frozen=True, slots=True)
class ReceiverPorts:
    """Ports: 0 picks a free one, None leaves that road closed."""

    control: int | None = CONTROL_PORT
    request: int | None = REQUEST_PORT
    osc: int | None = OSC_PORT
    vmc: int | None = VMC_PORT


class Receiver:
    """Owns the sockets and one thread that serves them; the thread only ever waits in a poll.

    The thread needs the interpreter's lock for a few microseconds a message. A loop that never sleeps must
    call `time.sleep(0)` once a frame, or Python may keep the lock from this thread for good.

    Threads: constructor and `close` come from one thread; a command's `answer` may come from any.

    Attributes:
        ports: those that are bound; None where a road is closed.
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
        """Stop within a second and give the ports back; waiting commands are told. May be called twice."""
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
            self._requests.close(linger=LAST_REPLIES_MS)
        if self._gate is not None:
            self._gate.close()
        self._context.term()

    def _serve(self) -> None:
        """The thread: wait for any socket, take what it has, and send what the loop has answered."""
        poller = zmq.Poller()
        take: dict[object, Callable[[], None]] = {self._wakes.fileno(): self._drain_wakes}
        for udp in self._udp:
            take[udp.fileno()] = partial(self._take_datagrams, udp)
        if self._control is not None:
            take[self._control] = partial(self._take_control, self._control)
        if self._requests is not None:
            take[self._requests] = partial(self._take_requests, self._requests)
        for opened in take:
            poller.register(opened, zmq.POLLIN)
        while not self._stopping:
            for opened, _ in poller.poll(VMC_PATIENCE_MS if self._intake.is_waiting else IDLE_MS):
                take[opened]()
            self._send_replies()
            self._intake.flush(time.time_ns())
        for pending in self._inbox.take_commands():
            pending.answer(
                Reply(ok=False, request_id=pending.command.request_id, message="the runtime stops")
            )
        self._send_replies()
        self._close_sockets()

    def _take_control(self, control: zmq.Socket[bytes]) -> None:
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

    def _take_requests(self, requests: zmq.Socket[bytes]) -> None:
        """Queue commands. The parts before the last are the way back: an identity, and REQ's empty part."""
        for _ in range(BATCH):
            if not _has_message(requests):
                return
            *way_back, data = requests.recv_multipart()
            answer = partial(self._answer, way_back)
            try:
                command = decode_command(data)
            except CodecError as error:
                self._inbox.count_drop(error.reason, error.detail)
                answer(Reply(ok=False, message=f"{error}; see docs/protocol.md"))
                continue
            self._inbox.offer_command(command, answer)

    def _take_datagrams(self, udp: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                size, (host, port) = udp.recvfrom_into(self._datagram)
            except OSError:  # nothing left; on Windows also a former peer that is gone
                return
            if not self._bind.allows_udp(host):
                self._inbox.count_drop("sender not allowed", f"{host}; let it in with --osc-allow {host}")
                continue
            self._intake.feed(bytes(self._datagram[:size]), f"{host}:{port}", time.time_ns())

    def _answer(self, way_back: list[bytes], reply: Reply) -> None:
        """Any thread: hand a reply to the thread that owns the socket."""
        self._replies.append([*way_back, encode(reply)])
        self._wake()

    def _send_replies(self) -> None:
        while self._replies and self._requests is not None:
            try:
                self._requests.send_multipart(self._replies.popleft(), zmq.NOBLOCK)
            except zmq.Again:
                self._inbox.count_drop("reply not taken")

    def _wake(self) -> None:
        with suppress(OSError):  # full: it wakes anyway; closed: nobody is left to wake
            self._waker.send(b"\0")

    def _drain_wakes(self) -> None:
        with suppress(BlockingIOError):
            while self._wakes.recv(4096):
                pass


def _has_message(opened: zmq.Socket[bytes]) -> bool:
    """Ask before receiving: this keeps the interpreter's lock, a receive in vain would let go of it."""
    events = opened.getsockopt(zmq.EVENTS)
    assert isinstance(events, int)
    return bool(events & zmq.POLLIN)
