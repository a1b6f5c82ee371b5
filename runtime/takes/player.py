"""TakePlayer: replays a take into the Inbox with the spacing it was recorded with, on a thread of its own.

player = TakePlayer(path, inbox, is_looping=False)
player.close()                            # stops, and releases every channel it drives
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
from protocol.take_schedule import ReplayPlan, paced, schedule
from runtime.control.control import REPLAYED
from runtime.intake.inbox import Inbox

CLOSE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class PlayerState:
    """Progress of a replay.

    Attributes:
        played_s: position in the take, seconds.
        duration_s: length of the take, seconds; 0 until the file is open.
        is_over: whether the replay has ended.
    """

    played_s: float
    duration_s: float
    is_over: bool


class TakePlayer:
    """Replays one take. Its drivers get names of their own, so that live drivers of the same name stay independent.

    Threads: call everything from the frame loop's thread; only the player's own thread reads the file.

    Attributes:
        name: name of the take, without suffix.
        is_looping: whether the take starts again at its end.
    """

    def __init__(self, path: Path, inbox: Inbox, *, is_looping: bool) -> None:
        """Start the replay; a file that cannot be read is counted in the Inbox and ends it.

        Args:
            path: the take.
            inbox: receives the messages, as if they arrived now.
            is_looping: start again at the end, until `close`.
        """
        self.name = path.stem
        self.is_looping = is_looping
        self._path = path
        self._inbox = inbox
        self._round_began_s = time.monotonic()  # time of the take's position 0
        self._duration_s = 0.0
        self._driven: dict[tuple[str, str, str], ControlMessage] = {}
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._play, name="omote-player", daemon=True)
        self._thread.start()

    def state(self) -> PlayerState:
        """Return the progress at this moment."""
        played_s = min(time.monotonic() - self._round_began_s, self._duration_s)
        return PlayerState(played_s, self._duration_s, not self._thread.is_alive())

    def close(self) -> None:
        """Stop, and release the channels it drives; may be called twice."""
        self._is_closing.set()
        self._thread.join(CLOSE_S)

    def _play(self) -> None:
        """The player's thread."""
        try:
            with TakeReader(self._path) as take:
                self._duration_s = take.duration_s
                due_messages = schedule(take, ReplayPlan(loop=self.is_looping))
                for due in paced(due_messages, wait=self._is_closing.wait, clock_s=time.monotonic):
                    self._round_began_s = time.monotonic() - due.place_s
                    self._offer(due.message)
        except (OSError, ProtocolError) as error:
            self._inbox.count_drop("take: not readable", f"{self._path.name}: {error}")
        finally:
            self._release()

    def _offer(self, recorded: ControlMessage) -> None:
        """Hand one message to the Inbox, dated now, under its driver's replay name."""
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

    def _release(self) -> None:
        """Repeat the last value of every driven channel with the shortest time to live, so that all expire now."""
        for message in self._driven.values():
            self._inbox.offer(replace(message, ttl_s=MIN_TTL_S), time.time_ns())
