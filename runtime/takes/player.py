"""TakePlayer: plays a take into the Inbox with the spacing it was recorded with, on a thread of its own.

player = TakePlayer(path, inbox, is_looping=False)
player.close()                            # lets go of everything it drives
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from protocol.codec import MAX_SOURCE, MIN_TTL_S
from protocol.errors import ProtocolError
from protocol.messages import ControlMessage
from protocol.take import TakeReader
from runtime.control.control import REPLAYED
from runtime.intake.inbox import Inbox

CLOSE_S: Final = 2.0
SHORTEST_ROUND_S: Final = 0.1  # of a loop: a take may hold one message alone


@dataclass(frozen=True, slots=True)
class PlayerState:
    """How far a take is: seconds played of its length, and whether it plays at all."""

    played_s: float
    duration_s: float
    is_over: bool


class TakePlayer:
    """One take. Its drivers get names of their own, so that the live ones of the same name can go on.

    Threads: everything from the loop's thread; the file belongs to the player's own.

    Attributes:
        name: the take's.
    """

    def __init__(self, path: Path, inbox: Inbox, *, is_looping: bool) -> None:
        self.name = path.stem
        self.is_looping = is_looping
        self._path = path
        self._inbox = inbox
        self._began_s = time.monotonic()
        self._duration_s = 0.0
        self._driven: dict[tuple[str, str, str], ControlMessage] = {}
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._play, name="omote-player", daemon=True)
        self._thread.start()

    def state(self) -> PlayerState:
        """How far it is."""
        played_s = min(time.monotonic() - self._began_s, self._duration_s)
        return PlayerState(played_s, self._duration_s, not self._thread.is_alive())

    def close(self) -> None:
        """Stop and let go; may be called twice."""
        self._is_closing.set()
        self._thread.join(CLOSE_S)

    def _play(self) -> None:
        try:
            while self._play_once() and self.is_looping:
                if self._is_closing.wait(max(SHORTEST_ROUND_S - self._duration_s, 0.0)):
                    return
        except (OSError, ProtocolError) as error:
            self._inbox.count_drop("take: not readable", f"{self._path.name}: {error}")
        finally:
            self._let_go()

    def _play_once(self) -> bool:
        """From the first message to the last. False: stopped, or nothing is in it."""
        with TakeReader(self._path) as take:
            self._duration_s = take.duration_s
            self._began_s = time.monotonic()
            for receive_time_ns, message in take:
                due_s = self._began_s + (receive_time_ns - take.begin_ns) * 1e-9
                if self._is_closing.wait(max(due_s - time.monotonic(), 0.0)):
                    return False
                self._offer(message)
        return take.begin_ns != 0

    def _offer(self, recorded: ControlMessage) -> None:
        now_ns = time.time_ns()
        source = recorded.source
        if not source.endswith(REPLAYED):
            source = source[: MAX_SOURCE - len(REPLAYED)] + REPLAYED
        message = replace(recorded, source=source, sequence=0, capture_time_ns=now_ns)
        key = (message.layer, source, message.mode)
        before = self._driven.get(key)
        values = before.values | message.values if before else message.values
        self._driven[key] = replace(message, values=values)
        self._inbox.offer(message, now_ns)

    def _let_go(self) -> None:
        """Say everything once more with the shortest time to live: nobody waits for a minute to run out."""
        for message in self._driven.values():
            self._inbox.offer(replace(message, ttl_s=MIN_TTL_S), time.time_ns())
