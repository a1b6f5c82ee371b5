"""Inbox: where every road into the runtime hands over, and the loop takes.

Continuous values keep only the newest message of each source and layer, so nothing can grow; commands
wait in a short bounded queue and are always answered. What is refused is counted by reason.

    inbox.offer(message, time.time_ns())      # any thread
    for received in inbox.take(): ...         # the loop
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from protocol.messages import Command, ControlMessage, Reply

MAX_SLOTS: Final = 256  # sources x layers that may wait between two frames
MAX_COMMANDS: Final = 32


@dataclass(frozen=True, slots=True)
class Received:
    """A checked ControlMessage and when it reached this process, Unix nanoseconds."""

    message: ControlMessage
    receive_time_ns: int


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A Command and the way its Reply goes back; `answer` may be called from the loop's thread."""

    command: Command
    answer: Callable[[Reply], None]


class Inbox:
    """Latest-value slots for values, a bounded queue for commands. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[tuple[str, str, str], Received] = {}
        self._commands: deque[PendingCommand] = deque()
        self._dropped: Counter[str] = Counter()

    def offer(self, message: ControlMessage, receive_time_ns: int) -> None:
        """Hand in one checked message; it replaces an older one of its source, layer and mode.

        The values of both are merged, the newer ones winning: two messages that name different channels
        between two frames both count.
        """
        key = (message.layer, message.source, message.mode)
        with self._lock:
            waiting = self._slots.get(key)
            if waiting is None:
                if len(self._slots) >= MAX_SLOTS:
                    self._dropped["too many sources"] += 1
                    return
            elif not message.values.keys() >= waiting.message.values.keys():
                message = _merged(waiting.message, message)
            self._slots[key] = Received(message, receive_time_ns)

    def take(self) -> list[Received]:
        """Everything that arrived since the last call, oldest slot first."""
        if not self._slots:  # a missed arrival is taken one frame later
            return []
        with self._lock:
            taken = list(self._slots.values())
            self._slots.clear()
        return taken

    def offer_command(self, command: Command, answer: Callable[[Reply], None]) -> None:
        """Queue a command; a full queue answers at once that the runtime is busy."""
        with self._lock:
            if len(self._commands) < MAX_COMMANDS:
                self._commands.append(PendingCommand(command, answer))
                return
            self._dropped["command queue full"] += 1
        answer(
            Reply(
                ok=False,
                request_id=command.request_id,
                message=f"{MAX_COMMANDS} commands are already waiting; send {command.name!r} again shortly",
            )
        )

    def take_commands(self) -> list[PendingCommand]:
        """The commands that wait, oldest first."""
        if not self._commands:
            return []
        with self._lock:
            taken = list(self._commands)
            self._commands.clear()
        return taken

    def count_drop(self, reason: str) -> None:
        """Count one refused input under a short, stable reason."""
        with self._lock:
            self._dropped[reason] += 1

    def dropped(self) -> dict[str, int]:
        """Reason -> count since start."""
        with self._lock:
            return dict(self._dropped)


def _merged(older: ControlMessage, newer: ControlMessage) -> ControlMessage:
    return ControlMessage(
        layer=newer.layer,
        source=newer.source,
        values={**older.values, **newer.values},
        mode=newer.mode,
        weight=newer.weight,
        priority=newer.priority,
        ttl_s=newer.ttl_s,
        sequence=newer.sequence,
        capture_time_ns=newer.capture_time_ns,
    )
