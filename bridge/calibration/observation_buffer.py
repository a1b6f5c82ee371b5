"""ObservationBuffer: keeps what one source reports, for whoever looks at it now and then; drives nothing.

observing = ObservationBuffer(source="livelink:Anna")       # a ObservationReceiver for a hub, and a FaceTaker for pictures
observing.drain()                                   # since the last time
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import Final

from bridge.expressions.face_correction import FaceCorrection
from bridge.observation import Observation
from bridge.sending.steady_clock import SteadyClock
from protocol.codec import Refusal
from protocol.messages import ControlMessage
from vision.landmarker import FaceObservation

#: A minute of the fastest tracker.
MOST: Final = 8000
#: A source that is silent for so long makes room for another one.
SILENT_NS: Final = 2_000_000_000


class ObservationBuffer:
    """One thread fills it, another one drains it.

    Attributes:
        clock: as of `ObservationReceiver`.
        tracker, source: of whom observations are kept; "" until somebody with a face is heard.
        refused: reason -> count.
        failure: what ended the tracker; "" while it runs.
    """

    def __init__(self, source: str = "", *, correction: FaceCorrection | None = None) -> None:
        """Args:
        source: keep this one's; "" = the first one with a face.
        correction: of faces in pictures; None keeps them as they are found.
        """
        self._correction = correction
        self.clock = SteadyClock()
        self.tracker = ""
        self.source = source
        self.refused: Counter[str] = Counter()
        self.failure = ""
        self._is_chosen = bool(source)
        self._heard_ns = 0
        self._kept: deque[Observation] = deque(maxlen=MOST)

    def receive(self, tracker: str, observation: Observation, now_ns: int) -> None:
        """Keep it, if it is of the chosen source and shows a face."""
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
        """Count."""
        self.refused.update(f"{tracker}: {refusal.reason}" for refusal in refusals)

    def check(self, now_ns: int) -> None:
        """Nothing changes by waiting."""

    def __call__(
        self, found: FaceObservation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """A face in a picture; nothing is sent."""
        from bridge.trackers.face import observed

        if self._correction is not None:
            found = self._correction(found, time_s)
        self.receive("mediapipe", observed(found, "mediapipe"), time.monotonic_ns())
        return ()

    def drain(self) -> list[Observation]:
        """What came since the last time, the oldest first."""
        drained = []
        while self._kept:
            drained.append(self._kept.popleft())
        return drained
