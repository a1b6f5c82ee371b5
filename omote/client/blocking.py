"""Omote: the client for ordinary programs and threads.

with Omote() as face:
    face.emotion(happy=1, weight=0.7)
    for frame in face.frames():
        show(frame.pixels)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from os import PathLike
from os.path import abspath
from types import TracebackType
from typing import Final, Literal, Self

from omote.client.answers import check_done, status_of
from omote.client.composed_motion import ComposedMotion
from omote.client.control_client import ControlClient
from omote.client.control_sender import ControlSender
from omote.client.driving import Driving
from omote.client.errors import NoAnswerError, ValueRefusedError
from omote.client.feed import Feed, T, Transport, frame_feed, motion_feed
from omote.client.patience import check_patience
from omote.client.runtime_address import RuntimeAddress
from omote.readers.reader import ReceivedFrame
from protocol.messages import Command, Status

RETRY_S: Final = 0.02


class Omote(Driving):
    """Drives one runtime and reads from it. Any thread may call any method; an iterator belongs to one thread.

    Methods that drive never wait. Commands wait for the runtime's reply, at most `timeout_s`, and raise
    `NoAnswerError` without a runtime and `CommandRefusedError` with the runtime's reason.
    """

    def __init__(
        self,
        *,
        source: str = "",
        address: RuntimeAddress | None = None,
        timeout_s: float = 2.0,
        must_run: bool = True,
    ) -> None:
        """Start connecting in the background; this never fails for want of a runtime.

        Args:
            source: this driver's name in the status and the panel, 1 to 64 characters; "" = the program's.
            address: of the runtime; None = the usual ports of this machine.
            timeout_s: how long each command waits for its reply, and entering `with` for a runtime, 0 to 86400 seconds.
            must_run: whether entering `with` raises when no runtime runs; False for a program that may be started first.

        Raises:
            ValueRefusedError: the address is none, or the time.
        """
        check_patience(timeout_s)
        address = address or RuntimeAddress()
        if not isinstance(address, RuntimeAddress):
            raise ValueRefusedError(
                f"address: got {address!r}, expected one such as RuntimeAddress(host=...)"
            )
        super().__init__(source, address, ControlSender(address))
        self._timeout_s = timeout_s
        self._must_run = must_run
        self._ends = threading.Event()
        self._client = ControlClient(
            host=address.host,
            control_port=address.control_port,
            request_port=address.request_port,
            key=address.key,
            timeout_s=timeout_s,
        )

    # -- the connection ----------------------------------------------------------------------------

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until a runtime answers and takes values.

        Args:
            timeout_s: None = for as long as it takes.

        Raises:
            NoAnswerError: none did in time, or the client was closed.
            ValueRefusedError: the time is none.
        """
        if timeout_s is not None:
            check_patience(timeout_s, none_means="waits for as long as it takes")
        ends_s = None if timeout_s is None else time.monotonic() + timeout_s
        problem = self._missing()
        while problem:
            if self._ends.is_set() or (ends_s is not None and time.monotonic() >= ends_s):
                raise NoAnswerError(problem)
            time.sleep(RETRY_S)
            problem = self._missing()

    def _missing(self) -> str:
        """What is missing before values reach a runtime, for people; "" when nothing is."""
        try:
            self._client.request(Command(name="ping"))
        except NoAnswerError as error:
            return str(error)
        if self.is_connected:
            return ""
        return (
            f"a runtime answers on {self.address.request_at}, but none takes values on {self.address.control_at}; "
            "compare with the runtime's --control-port"
        )

    def close(self) -> None:
        """Deliver what was sent, for at most a second, and end all iterators; may be called twice."""
        self._ends.set()
        self._sender.close()
        self._client.close()

    def _check_open(self) -> None:
        """Raises NoAnswerError: the client was closed."""
        if self._ends.is_set():
            raise NoAnswerError("this client is closed; make another one")

    def __enter__(self) -> Self:
        self._check_open()
        if self._must_run:
            try:
                self.wait(self._timeout_s)
            except BaseException:
                self.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- what comes back ---------------------------------------------------------------------------

    def frames(
        self,
        *,
        transport: Transport | None = None,
        stream: str = "",
        timeout_s: float | None = None,
    ) -> Iterator[ReceivedFrame]:
        """Iterate over the runtime's pictures: always the newest, so a slow program loses frames instead of lagging.

        A frame's pixels are a view into the reader's memory: valid until the next step of the iteration. Copy them to
        keep them. A runtime that restarts, or changes its size, is followed.

        Args:
            transport: None = shared memory for a runtime on this machine, else ZeroMQ.
            stream: as in `omote run --stream`, "" = the address's; ZeroMQ has none.
            timeout_s: longest wait for a frame; None = until the client is closed.

        Raises:
            NoFrameError: no frame came in time.
            ValueRefusedError: there is no such transport or stream, or the time is none.
            ReaderError: this transport cannot work on this machine.
        """
        return self._each(
            frame_feed(
                self.address, transport, stream or self.address.stream, ends=self._ends, timeout_s=timeout_s
            )
        )

    def motion(self, *, timeout_s: float | None = None) -> Iterator[ComposedMotion]:
        """Iterate over what the runtime makes of all drivers, frame by frame: always the newest.

        Args:
            timeout_s: longest wait for one; None = until the client is closed.

        Raises:
            NoFrameError: none came in time.
            ValueRefusedError: the time is none.
        """
        return self._each(motion_feed(self.address, ends=self._ends, timeout_s=timeout_s))

    def _each(self, feed: Feed[T]) -> Iterator[T]:
        with closing(feed):
            while (item := feed.next()) is not None:
                yield item

    # -- commands ----------------------------------------------------------------------------------

    def status(self) -> Status:
        """The runtime's state: avatar, frame rate, drivers, what was refused and why."""
        return status_of(self._client.request(Command(name="status")))

    def load_avatar(self, avatar: str | PathLike[str]) -> None:
        """Show another avatar; returns when it is shown.

        Args:
            avatar: a name from `omote avatar list`, or a folder; "" = the default one. A `Path` is one of this program's.
        """
        self._do("load_avatar", avatar if isinstance(avatar, str) else abspath(avatar))

    def recenter(self, source: str = "") -> None:
        """Take a driver's present pose as neutral; "" = that of every driver."""
        self._do("recenter", source)

    def release(self, source: str = "") -> None:
        """Let go of all channels at once; "" = this client's driver."""
        self._do("release", source or self.source)

    def record(self, take: str = "") -> None:
        """Begin to record all drivers' messages; "" = a take with the time as its name."""
        self._do("record_start", take)

    def stop_recording(self) -> None:
        """End the take that is recorded."""
        self._do("record_stop")

    def takes(self) -> list[str]:
        """The names of the recorded takes, newest first."""
        reply = self._client.request(Command(name="list_takes"))
        check_done(reply)
        return reply.names

    def replay(self, take: str, *, loop: bool = False) -> None:
        """Play a take once, or again and again."""
        self._do("replay_loop" if loop else "replay", take)

    def stop_replay(self) -> None:
        """End the replay and release its channels."""
        self._do("replay_stop")

    def stop_runtime(self) -> None:
        """End the runtime."""
        self._do("stop")

    def _do(
        self,
        name: Literal[
            "load_avatar", "recenter", "release", "stop", "record_start", "record_stop",
            "replay", "replay_loop", "replay_stop",
        ],
        argument: str = "",
    ) -> None:  # fmt: skip
        check_done(self._client.request(Command(name=name, argument=argument)))
