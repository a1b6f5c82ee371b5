"""FrozenFaces: finds phones that repeat their last frame because they have lost the face.

    live = FrozenFaces()
    observation = live(observation)      # is_face is False once the same face came for `FROZEN_NS`

Several apps say nothing when the face leaves the picture, and send the last frame again and again. A measured face never
repeats: phones send head angles with five and more digits, and the noise of the measurement changes them in every
frame. So a face whose every value stays the same for `FROZEN_NS` is not measured any more. It is back with the first
value that differs.

Only for formats of phones, which always hold a measured face. VMC and OSC carry whatever a program wants to show, and a
sequencer that pauses sends constants for good reason; nothing in them tells it from a frozen phone, not even the number
of values that moved before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bridge.observation import UNKNOWN_EXPRESSION, Observation
from bridge.trackers.per_sender import PerSender

#: 300 equal frames of a phone at 60 frames a second, which no measurement gives; and time enough for a hot phone, or a
#: person who tries a fixed frame. As long as VRCFaceTracking's unchanged face is held (`vrcft.HOLD_S`).
FROZEN_NS: Final = 5_000_000_000
#: After a pause this long (the source was lost by then) the count begins again.
PAUSE_NS: Final = 400_000_000
REASON: Final = "it repeats one frame, as phones do that see no face"


class FrozenFaces:
    """The last face of each source. Belongs to one thread; the time is the observations' own."""

    def __init__(self) -> None:
        """No faces yet."""
        self._faces = PerSender(lambda _: _Face())

    def __call__(self, observation: Observation) -> Observation:
        """The observation; without a face and its values where the source is frozen."""
        if not observation.is_face or not self._faces[observation.source].is_frozen(observation):
            return observation
        return replace(
            observation,
            is_face=False,
            expression=UNKNOWN_EXPRESSION,
            pose={},
            gaze={},
            emotion={},
            why_lost=REASON,
        )


class _Face:
    """The last face of one source, and since when it is the same."""

    __slots__ = ("_last", "_since_ns")

    def __init__(self) -> None:
        self._last: Observation | None = None
        self._since_ns = 0

    def is_frozen(self, seen: Observation) -> bool:
        last, self._last = self._last, seen
        if (
            last is None
            or seen.receive_time_ns - last.receive_time_ns > PAUSE_NS
            or seen.pose != last.pose
            or seen.gaze != last.gaze
            # as bytes, because NaN is not equal to itself
            or seen.expression.tobytes() != last.expression.tobytes()
        ):
            self._since_ns = seen.receive_time_ns
        return seen.receive_time_ns - self._since_ns >= FROZEN_NS
