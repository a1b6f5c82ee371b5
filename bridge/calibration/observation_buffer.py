"""ObservationBuffer: collects one source's observations until another thread reads them; sends nothing.

buffer = ObservationBuffer(source="livelink:Anna")    # an ObservationReceiver, for a hub
observations = buffer.drain()                         # those since the last call
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Final

from bridge.observation import Observation
from bridge.sending.steady_clock import SteadyClock
from protocol.codec import Refusal

#: More than a minute of a tracker at 120 fps.
MAX_OBSERVATIONS: Final = 8000
#: After this long without a face of the chosen source the next source is taken.
SILENT_NS: Final = 2_000_000_000


class ObservationBuffer:
    """One thread fills it, another one drains it.

    Attributes:
        clock: as of `ObservationReceiver`.
        tracker, source: those of the collected observations; "" until the first face.
        refused: "tracker: reason" -> count.
        failure: the error that ended the tracker; "" while it runs.
    """

    def __init__(self, source: str = "") -> None:
        """An empty buffer.

        Args:
            source: collect only this source; "" = the first one with a face.
        """
        self.clock = SteadyClock()
        self.tracker = ""
        self.source = source
        self.refused: Counter[str] = Counter()
        self.failure = ""
        self._is_chosen = bool(source)
        self._heard_ns = 0
        self._kept: deque[Observation] = deque(maxlen=MAX_OBSERVATIONS)

    def receive(self, tracker: str, observation: Observation, now_ns: int) -> None:
        """Keep the observation if it is of the chosen source and shows a face."""
        if not observation.is_face:
            return
        if observation.source != self.source:
            if self._is_chosen or (self.source and now_ns - self._heard_ns < SILENT_NS):
                return
            self.source = observation.source
            self._kept.clear()
        self.tracker = tracker
        self._heard_ns = now_ns
        self._kept.append(observation)

    def refuse(self, tracker: str, refusals: Iterable[Refusal]) -> None:
        """Count what a tracker refused."""
        for refusal in refusals:
            self.refused[f"{tracker}: {refusal.reason}"] += refusal.times

    def check(self, now_ns: int) -> None:
        """Do nothing: the buffer has no time limits."""

    def drain(self) -> list[Observation]:
        """Remove and return the collected observations, the oldest first."""
        drained = []
        while self._kept:
            drained.append(self._kept.popleft())
        return drained
