"""FaceReading: the numbers of one face as they are read off a datagram, each checked as it comes in.

    reading = FaceReading()
    reading.set_named("eyeBlink_L", 0.07)
    reading.set_rotation("yaw", radians(-6.0))
    observation = reading.observation("ifacialmocap:192.168.1.5:49983", now_ns)

What is not finite or far outside its range is left out and counted; a little outside is set to the limit.
"""

from __future__ import annotations

from math import isfinite, isnan, nan, pi
from typing import Final

import numpy as np

from bridge.observation import Observation
from protocol.blendshapes import BLENDSHAPES, INDEX, find_blendshape, folded
from protocol.codec import MAX_COUNT, Refusal

#: Trackers give up to -1 for what they take for the opposite; 0 stands for it.
LEAST: Final = -1.5
MOST: Final = 1.5
MAX_PLACE_M: Final = 10.0
MAX_REFUSALS: Final = 8  # of one datagram; the rest of a broken one says nothing new

_HALVES: Final = {
    "browinnerupleft": 0, "browinnerupl": 0,
    "browinnerupright": 1, "browinnerupr": 1,
}  # fmt: skip


class FaceReading:
    """One face's numbers, in this house's names, axes and units.

    Attributes:
        pose, gaze: as in `Observation`.
        refusals: what was left out, at most `MAX_REFUSALS`.
    """

    __slots__ = ("_brow_halves", "_coefficients", "gaze", "pose", "refusals")

    def __init__(self) -> None:
        self._coefficients = [nan] * len(BLENDSHAPES)
        self._brow_halves = [nan, nan]
        self.pose: dict[str, float] = {}
        self.gaze: dict[str, float] = {}
        self.refusals: list[Refusal] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return not (self.pose or self.gaze) and all(map(isnan, self._coefficients))

    def set_named(self, name: str, value: float) -> bool:
        """A coefficient under any program's spelling, 0..1; false where the name is no blendshape."""
        known = find_blendshape(name)
        if known is not None:
            self.set_coefficient(INDEX[known], value)
            return True
        # One of ARKit's shapes comes in two halves from trackers that see more of it.
        half = _HALVES.get(folded(name))
        if half is None:
            return False
        self._brow_halves[half] = value
        if isnan(self._coefficients[INDEX["browInnerUp"]]) and not any(map(isnan, self._brow_halves)):
            self.set_coefficient(INDEX["browInnerUp"], sum(self._brow_halves) / 2)
        return True

    def set_coefficient(self, index: int, value: float) -> None:
        """A coefficient by its place in `BLENDSHAPES`, 0..1."""
        if LEAST <= value <= MOST:  # false for NaN
            self._coefficients[index] = min(max(value, 0.0), 1.0)
        else:
            self._refuse_value(BLENDSHAPES[index], value, "0 to 1")

    def set_rotation(self, channel: str, radians: float) -> None:
        """The head's yaw, pitch or roll."""
        if -pi <= radians <= pi:
            self.pose[channel] = radians
        else:
            self._refuse_value(channel, radians, "-pi to pi")

    def set_position(self, channel: str, metres: float) -> None:
        """The head's x, y or z."""
        if -MAX_PLACE_M <= metres <= MAX_PLACE_M:
            self.pose[channel] = metres
        else:
            self._refuse_value(channel, metres, f"up to {MAX_PLACE_M:g} m either way")

    def set_gaze(self, channel: str, radians: float) -> None:
        """The eyes' yaw or pitch in the head."""
        if -pi / 2 <= radians <= pi / 2:
            self.gaze[channel] = radians
        else:
            self._refuse_value(f"gaze {channel}", radians, "-pi/2 to pi/2")

    def refuse(self, reason: str, detail: str) -> None:
        """Count something that was left out."""
        if len(self.refusals) < MAX_REFUSALS:
            self.refusals.append(Refusal(reason, detail))

    def observation(self, source: str, now_ns: int, sender_time_ns: int = 0) -> Observation:
        """What was read, as an observation that shares nothing with this reading."""
        return Observation(
            source,
            expression=np.array(self._coefficients),
            pose=dict(self.pose),
            gaze=dict(self.gaze),
            sender_time_ns=sender_time_ns,
            receive_time_ns=now_ns,
        )

    def _refuse_value(self, what: str, value: float, expected: str) -> None:
        reason = "out of range" if isfinite(value) else "non-finite value"
        self.refuse(reason, f"{what} = {value:g}, expected {expected}")


def time_ns(value: float, unit_ns: float) -> int:
    """A sender's clock in nanoseconds; 0, unknown, where it is no time that 63 bits hold."""
    nanoseconds = value * unit_ns
    return int(nanoseconds) if 0.0 < nanoseconds < MAX_COUNT else 0
