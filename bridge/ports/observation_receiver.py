"""ObservationReceiver: the contract of whoever the hub gives observations to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bridge.observation import Observation
from bridge.sending.steady_clock import SteadyClock
from protocol.codec import Refusal


class ObservationReceiver(Protocol):
    """Threads: everything from the hub's loop, which it must not hold up.

    Attributes:
        clock: what every `now_ns` comes from.
    """

    clock: SteadyClock

    def receive(self, tracker: str, observation: Observation, now_ns: int) -> None:
        """One observation of a tracker's."""
        ...

    def refuse(self, tracker: str, refusals: Iterable[Refusal]) -> None:
        """What a tracker could not use."""
        ...

    def check(self, now_ns: int) -> None:
        """Called about ten times a second, whether anything comes or not."""
        ...
