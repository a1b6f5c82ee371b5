"""CurveSockets: the control and request ports where other machines may reach them: libzmq with CURVE keys.

Everyone who gets past the handshake holds a key of the list. What a client may send is bounded as on loopback; what
libzmq itself does not bound, `CurveWatch` does.

    sockets = CurveSockets(bind, intake, ...)
    selector.register(sockets.control_fd, EVENT_READ, ...)
    sockets.serve()
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

import zmq

from protocol.codec import encode
from protocol.messages import Reply
from runtime.access.bind import Bind
from runtime.access.curve import CurveGate
from runtime.access.curve_watch import CurveWatch
from runtime.access.ports import bind_zmq
from runtime.intake.inbox import Inbox
from runtime.intake.message_intake import MessageIntake

#: Above this ZeroMQ cuts the connection; between `codec.MAX_MESSAGE_BYTES` and this a message is counted.
MAX_WIRE_BYTES: Final = 1024 * 1024
BATCH: Final = 64  # messages taken from one socket before the others get their turn
QUEUE: Final = 256  # messages ZeroMQ keeps a connection
LAST_REPLIES_MS: Final = 200


class CurveSockets:
    """Two libzmq sockets, served by the receiver's thread.

    Attributes:
        control, request: the ports; None where one is closed.
    """

    def __init__(
        self,
        bind: Bind,
        control: int | None,
        request: int | None,
        inbox: Inbox,
        intake: MessageIntake,
        *,
        wake: Callable[[], None],
    ) -> None:
        """Bind both.

        Args:
            bind: has keys.
            control, request: ports; 0 picks a free one, None leaves one closed.
            wake: lets the thread that serves call `serve` soon; called on any thread, when a reply waits.

        Raises:
            PortInUseError: another program holds a port; nothing stays bound.
        """
        assert bind.keys is not None
        self._inbox = inbox
        self._intake = intake
        self._wake = wake
        self._replies: deque[list[bytes]] = deque()
        self._context = zmq.Context()
        self._gate = CurveGate(self._context, bind.keys)
        self._control: zmq.Socket[bytes] | None = None
        self._requests: zmq.Socket[bytes] | None = None
        self._watches: dict[zmq.Socket[bytes], CurveWatch] = {}
        self.control = self.request = None
        try:
            if control is not None:
                self._control = self._socket(zmq.PULL)
                self.control = bind_zmq(self._control, control, "control", bind.host)
            if request is not None:
                self._requests = self._socket(zmq.ROUTER)
                self.request = bind_zmq(self._requests, request, "request", bind.host)
        except BaseException:
            self.close()
            raise

    def descriptors(self) -> list[int]:
        """What becomes readable when there may be something to `serve`; edge-triggered, as libzmq's are."""
        opened = (self._control, self._requests)
        watched = [descriptor for watch in self._watches.values() for descriptor in watch.descriptors()]
        return [*(int(one.getsockopt(zmq.FD)) for one in opened if one is not None), *watched]

    def serve(self, now_s: float) -> bool:
        """Take what has come, and send replies. True: there is more.

        Args:
            now_s: the time, of a clock that never goes back.
        """
        has_more = self._take_control() | self._take_requests()
        if (
            self._send_replies()
        ):  # libzmq may have noted on the way that a request has come, and tells it only once
            has_more |= self._take_requests()
        for watch in self._watches.values():
            watch.check(now_s)
        return has_more

    def close(self) -> None:
        """Close the ports; the last replies get 0.2 s. May be called twice."""
        if self._context.closed:
            return
        for watch in self._watches.values():
            watch.close()
        if self._control is not None:
            self._control.close(linger=0)
        if self._requests is not None:
            self._requests.close(linger=LAST_REPLIES_MS)
        self._gate.close()
        self._context.term()

    def _socket(self, kind: int) -> zmq.Socket[bytes]:
        opened = self._context.socket(kind)
        opened.setsockopt(zmq.MAXMSGSIZE, MAX_WIRE_BYTES)
        opened.setsockopt(zmq.RCVHWM, QUEUE)
        opened.setsockopt(zmq.SNDHWM, QUEUE)
        self._gate.guard(opened)
        self._watches[opened] = CurveWatch(opened, self._inbox.count_drop)
        return opened

    def _take_control(self) -> bool:
        control = self._control
        for _ in range(BATCH):
            if control is None or not (parts := _next_message(control)):
                return False
            now_ns = time.time_ns()
            frame = parts[0]
            self._watches[control].delivered(frame)
            if len(parts) > 1:
                self._inbox.count_drop("more than one part", "send each message as one ZeroMQ part")
                continue
            self._intake.control(frame.bytes, "curve", now_ns)
        return True

    def _take_requests(self) -> bool:
        """Queue commands. The parts before the last are the way back: an identity, and REQ's empty part."""
        requests = self._requests
        for _ in range(BATCH):
            if requests is None or not (parts := _next_message(requests)):
                return False
            *way_back, data = parts
            self._watches[requests].delivered(data)
            self._intake.command(data.bytes, partial(self._answer, [part.bytes for part in way_back]))
        return True

    def _send_replies(self) -> bool:
        """Send what has been answered; returns whether there was any."""
        is_any = False
        while self._replies and self._requests is not None:
            is_any = True
            try:
                self._requests.send_multipart(self._replies.popleft(), zmq.NOBLOCK)
            except zmq.Again:
                self._inbox.count_drop("reply not taken")
        return is_any

    def _answer(self, way_back: list[bytes], reply: Reply) -> None:
        """Any thread: hand a reply to the thread that owns the socket."""
        self._replies.append([*way_back, encode(reply)])
        self._wake()


def _next_message(opened: zmq.Socket[bytes]) -> list[zmq.Frame]:
    """The parts of a message that has come; [] = there is none.

    It is asked for before it is received: this keeps the interpreter's lock, a receive in vain would release it. And it is
    received without waiting, because libzmq also calls a client's first part a message, and none comes if the client
    never sends the others.
    """
    events = opened.getsockopt(zmq.EVENTS)
    assert isinstance(events, int)
    if not events & zmq.POLLIN:
        return []
    try:
        return opened.recv_multipart(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return []
