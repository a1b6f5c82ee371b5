"""ObservationReceiver: the contract of the object that a hub delivers observations to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bridge.observation import Observation
from bridge.sending.steady_clock import SteadyClock
from protocol.codec import Refusal


class ObservationReceiver(Protocol):
    """Threads: everything from the hub's loop, which it must not block.

    Attributes:
        clock: every `now_ns` is a time of this clock.
    """

    clock: SteadyClock

    def receive(self, tracker: str, observation: Observation, now_ns: int) -> None:
        """Take one observation; `tracker` is the name of the tracker that made it."""
        ...

    def refuse(self, tracker: str, refusals: Iterable[Refusal]) -> None:
        """Take what a tracker refused."""
        ...

    def check(self, now_ns: int) -> None:
        """Do what depends on time alone; called about ten times a second."""
        ...
