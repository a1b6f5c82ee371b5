"""Inbox: passes messages and commands from all receivers (ZeroMQ, OSC, the panel, replayed takes) to the loop.

Of control messages only the newest of each source, layer and mode is kept, so no queue can grow. Commands wait in
a short bounded queue and are always answered. Refused input is counted by reason.

    inbox.offer(message, time.time_ns())      # any thread
    inbox.wait(0.016)                         # the loop, while it has nothing to do
    for received in inbox.take(): ...         # the loop
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from protocol.codec import Refusal
from protocol.messages import Command, ControlMessage, Reply
from runtime.intake.source_names import SourceNames
from runtime.intake.waiting_sound import WaitingSound

MAX_SLOTS: Final = 256  # messages of different source, layer or mode between two frames
MAX_COMMANDS: Final = 512  # eight of each connection that the request port takes
MAX_DETAIL: Final = 200  # characters
MAX_REASONS: Final = 64  # reasons are a fixed set; the limit guards against a reason that is made from input


@dataclass(frozen=True, slots=True)
class Received:
    """A checked ControlMessage as it reached this process.

    Attributes:
        message: what was said.
        receive_time_ns: when it came, Unix nanoseconds.
        peer: who shares the room for drivers: a connection ("tcp 3"), a transport ("udp"), or "" for this process.
        origin: address and port that a datagram came from; "" = it was none.
    """

    message: ControlMessage
    receive_time_ns: int
    peer: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A Command, and `answer` to send its Reply; any thread may call `answer`."""

    command: Command
    answer: Callable[[Reply], None]


class Inbox:
    """Latest-value slots for control messages, a bounded queue for commands. Any thread may call every method.

    Attributes:
        names: which peer drives under which name; shared by all receivers, so that none takes another's name.
        sound: what was sent to be heard with the frames.
    """

    def __init__(self, arrived: threading.Event | None = None) -> None:
        """Begin empty.

        Args:
            arrived: set by every arrival; inboxes that share it wake one loop. None = one of its own.
        """
        self.names = SourceNames()
        self.sound = WaitingSound()
        self._lock = threading.Lock()
        self._slots: dict[tuple[str, str, str], Received] = {}
        self._commands: deque[PendingCommand] = deque()
        self._dropped: Counter[str] = Counter()
        self._last_dropped: dict[str, str] = {}
        self._arrived = arrived or threading.Event()

    def offer(self, message: ControlMessage, receive_time_ns: int, peer: str = "", origin: str = "") -> None:
        """Put in one checked message; it replaces a waiting one of the same source, layer and mode.

        Their values are merged, and the newer ones win. So two messages between two frames that name different
        channels both count.

        Args:
            receive_time_ns: when the message reached this process, Unix nanoseconds.
            peer, origin: as in `Received`.
        """
        key = (message.layer, message.source, message.mode)
        with self._lock:
            waiting = self._slots.get(key)
            if waiting is None:
                if len(self._slots) >= MAX_SLOTS:
                    self._dropped["too many sources"] += 1
                    return
            elif not message.values.keys() >= waiting.message.values.keys():
                message = msgspec.structs.replace(message, values=waiting.message.values | message.values)
            self._slots[key] = Received(message, receive_time_ns, peer, origin)
        if not self._arrived.is_set():
            self._arrived.set()

    def take(self) -> list[Received]:
        """The messages that arrived since the last call, in the order in which their slots were filled."""
        if not self._slots:  # without the lock: a message that arrives now is taken one frame later
            return []
        with self._lock:
            taken = list(self._slots.values())
            self._slots.clear()
        return taken

    def wait(self, timeout_s: float) -> bool:
        """Sleep until a message or command arrives, at most `timeout_s`.

        No arrival is missed: one between `wait` and `take` ends the next `wait` at once.

        Returns:
            Whether anything has arrived since the last `wait`, here or in an inbox that shares `arrived`.
        """
        arrived = self._arrived.wait(timeout_s)
        self._arrived.clear()
        return arrived

    def offer_command(self, command: Command, answer: Callable[[Reply], None]) -> None:
        """Queue a command; if the queue is full, answer at once that the runtime is busy."""
        with self._lock:
            queued = len(self._commands) < MAX_COMMANDS
            if queued:
                self._commands.append(PendingCommand(command, answer))
            else:
                self._dropped["command queue full"] += 1
        if queued:
            self._arrived.set()
            return
        answer(
            Reply(
                ok=False,
                request_id=command.request_id,
                message=f"{MAX_COMMANDS} commands are already waiting; send {command.name!r} again shortly",
            )
        )

    def take_commands(self, most: int = MAX_COMMANDS) -> list[PendingCommand]:
        """Remove and return waiting commands, the oldest first.

        Args:
            most: how many; the others wait on.
        """
        if not self._commands:
            return []
        with self._lock:
            return [self._commands.popleft() for _ in range(min(most, len(self._commands)))]

    def count_drop(self, reason: str, detail: str = "", times: int = 1) -> None:
        """Count refused input under a short, fixed reason; the last detail of each reason is kept for the status."""
        with self._lock:
            if reason not in self._dropped and len(self._dropped) >= MAX_REASONS:
                reason = "other"
            self._dropped[reason] += times
            if detail:
                self._last_dropped[reason] = detail[:MAX_DETAIL]

    def count_refusals(self, refusals: Iterable[Refusal], sender: str) -> None:
        """Count what was refused of one message or datagram.

        Args:
            refusals: as `protocol.codec.Refusals` makes them: only a few have a detail of their own.
            sender: who sent it, for the detail.
        """
        for reason, detail, times in refusals:
            self.count_drop(reason, f"{detail}, from {sender}", times)

    def dropped(self) -> dict[str, int]:
        """Reason -> count since start."""
        with self._lock:
            return dict(self._dropped)

    def drop_notes(self) -> list[str]:
        """For the status, one line for each reason: the detail of the last refusal."""
        with self._lock:
            last = list(self._last_dropped.items())
        return [f"last {reason}: {_printable(detail)}" for reason, detail in last]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
