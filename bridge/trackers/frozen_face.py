"""FrozenFaces: finds trackers that repeat their last frame because they have lost the face or their camera hangs.

    live = FrozenFaces()
    observation = live(observation)      # is_face is False once the same face came for `FROZEN_NS`

Several apps say nothing when the face leaves the picture, and send the last frame again and again. A measured face never
repeats: phones send head angles with five and more digits, and the noise of the measurement changes them in every
frame. So a face whose every value stays the same for `FROZEN_NS` is not measured any more. It is back with the first
value that differs.

Only for formats that always hold a measured face: those of phones, and OpenSeeFace. VMC and OSC carry whatever a program
wants to show, and a sequencer that pauses sends constants for good reason; nothing in them tells it from a frozen phone,
not even the number of values that moved before.
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
CAMERA_REASON: Final = "it repeats one frame, as if its camera hangs"


class FrozenFaces:
    """The last face of each source. Belongs to one thread; the time is the observations' own."""

    def __init__(self, why: str = REASON) -> None:
        """No faces yet.

        Args:
            why: is said of a frozen source.
        """
        self._why = why
        self._faces = PerSender(lambda _: _Face())

    def __call__(self, observation: Observation, measured: bytes | None = None) -> Observation:
        """The observation; without a face and its values where the source is frozen.

        Args:
            observation: one face.
            measured: what its values were computed from, where they change although it does not, as with a filter over
                time; None = its values.
        """
        if not observation.is_face or not self._faces[observation.source].is_frozen(observation, measured):
            return observation
        return replace(
            observation,
            is_face=False,
            expression=UNKNOWN_EXPRESSION,
            pose={},
            gaze={},
            emotion={},
            why_lost=self._why,
        )


class _Face:
    """The last face of one source, and since when it is the same."""

    __slots__ = ("_last", "_seen_ns", "_since_ns")

    def __init__(self) -> None:
        self._last: object = None
        self._seen_ns = self._since_ns = 0

    def is_frozen(self, seen: Observation, measured: bytes | None) -> bool:
        now_ns = seen.receive_time_ns
        # the expression as bytes, because NaN is not equal to itself
        face = measured or (seen.expression.tobytes(), seen.pose, seen.gaze)
        if face != self._last or now_ns - self._seen_ns > PAUSE_NS:
            self._since_ns = now_ns
        self._last, self._seen_ns = face, now_ns
        return now_ns - self._since_ns >= FROZEN_NS
