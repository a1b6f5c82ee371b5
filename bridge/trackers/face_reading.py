"""FaceReading: collects one face's numbers from a datagram and checks each one.

    reading = FaceReading()
    reading.set_named("eyeBlink_L", 0.07)
    reading.set_rotation("yaw", radians(-6.0))
    observation = reading.observation("ifacialmocap:192.168.1.5:49983", now_ns)

Values that are not finite, or far outside their range, are refused; values a little outside are clipped.
"""

from __future__ import annotations

from math import isfinite, isnan, nan, pi
from typing import Final

import numpy as np

from bridge.observation import Observation
from protocol.blendshapes import BLENDSHAPES, INDEX, find_blendshape, folded
from protocol.codec import MAX_COUNT, Refusal

#: Coefficients in this range are clipped to 0..1; others are refused. Some trackers send -1 for the opposite.
MIN_COEFFICIENT: Final = -1.5
MAX_COEFFICIENT: Final = 1.5
MAX_POSITION_M: Final = 10.0
MAX_REFUSALS: Final = 8  # per datagram; more would add nothing new

_HALVES: Final = {
    "browinnerupleft": 0, "browinnerupl": 0,
    "browinnerupright": 1, "browinnerupr": 1,
}  # fmt: skip


class FaceReading:
    """One face's numbers, in Omote's names, axes and units.

    Attributes:
        pose, gaze: as in `Observation`.
        refusals: the refused values, at most `MAX_REFUSALS`.
    """

    __slots__ = ("_brow_halves", "_coefficients", "gaze", "pose", "refusals")

    def __init__(self) -> None:
        """A reading without values."""
        self._coefficients = [nan] * len(BLENDSHAPES)
        self._brow_halves = [nan, nan]
        self.pose: dict[str, float] = {}
        self.gaze: dict[str, float] = {}
        self.refusals: list[Refusal] = []

    @property
    def is_empty(self) -> bool:
        """Whether no value was accepted."""
        return not (self.pose or self.gaze) and all(map(isnan, self._coefficients))

    def set_named(self, name: str, value: float) -> bool:
        """Set a coefficient, 0..1, by a name in any program's spelling; False if it names no blendshape."""
        index = INDEX.get(name)
        if index is None and (known := find_blendshape(name)) is not None:
            index = INDEX[known]
        if index is not None:
            self.set_coefficient(index, value)
            return True
        # Some trackers split ARKit's browInnerUp into left and right; the coefficient is their mean.
        half = _HALVES.get(folded(name))
        if half is None:
            return False
        self._brow_halves[half] = value
        if isnan(self._coefficients[INDEX["browInnerUp"]]) and not any(map(isnan, self._brow_halves)):
            self.set_coefficient(INDEX["browInnerUp"], sum(self._brow_halves) / 2)
        return True

    def set_coefficient(self, index: int, value: float) -> None:
        """Set a coefficient, 0..1, by its index in `BLENDSHAPES`."""
        if 0.0 <= value <= 1.0:  # false for NaN
            self._coefficients[index] = value
        elif MIN_COEFFICIENT <= value <= MAX_COEFFICIENT:
            self._coefficients[index] = min(max(value, 0.0), 1.0)
        else:
            self._refuse_value(BLENDSHAPES[index], value, "0 to 1")

    def set_rotation(self, channel: str, radians: float) -> None:
        """Set the head's yaw, pitch or roll."""
        if -pi <= radians <= pi:
            self.pose[channel] = radians
        else:
            self._refuse_value(channel, radians, "-pi to pi")

    def set_position(self, channel: str, metres: float) -> None:
        """Set the head's x, y or z."""
        if -MAX_POSITION_M <= metres <= MAX_POSITION_M:
            self.pose[channel] = metres
        else:
            self._refuse_value(channel, metres, f"up to {MAX_POSITION_M:g} m either way")

    def set_gaze(self, channel: str, radians: float) -> None:
        """Set the eyes' yaw or pitch relative to the head."""
        if -pi / 2 <= radians <= pi / 2:
            self.gaze[channel] = radians
        else:
            self._refuse_value(f"gaze {channel}", radians, "-pi/2 to pi/2")

    def refuse(self, reason: str, detail: str) -> None:
        """Add a refusal, up to `MAX_REFUSALS`."""
        if len(self.refusals) < MAX_REFUSALS:
            self.refusals.append(Refusal(reason, detail))

    def observation(self, source: str, now_ns: int, sender_time_ns: int = 0) -> Observation:
        """The values as an observation, which shares no data with this reading.

        Args:
            source: the driver's id.
            now_ns: when the datagram arrived, Unix nanoseconds.
            sender_time_ns: the sender's own clock; 0 = none.
        """
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
    """A sender's time in nanoseconds; 0 (unknown) if it is not positive or exceeds 63 bits."""
    nanoseconds = value * unit_ns
    return int(nanoseconds) if 0.0 < nanoseconds < MAX_COUNT else 0
