"""RestCode: what a person's face is like at rest, as the tracker's network wants to be told.

    rest = RestCode(network.rest)
    rest.learn(network.read(picture, frame), time_s)     # writes into the network's input

Learned during the first second with a clear face, like `bridge.calibration.rest`, and sooner, so that most of what that one
sees was read with it. It comes in over a few pictures: nothing jumps.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.trackers.tracker_network import Doubles, FaceReading, Floats
from face.camera import angles
from vision.tracker_outputs import READ_SHAPES, REST

#: From the first clear face on.
_LEARN_S: Final = 1.0
#: Pictures after which the network is told all that is known, and after which no more are learned from.
_SOON: Final = 8
_MOST: Final = 120
#: A face tells nothing if less than this is seen of an eye or the mouth, if it is turned further than this, or if a lid is
#: shut further than this.
_SEEN: Final = 0.6
_TURNED_RAD: Final = 0.6
_SHUT: Final = 0.5
_BLINKS: Final = [READ_SHAPES.index("eyeBlinkLeft"), READ_SHAPES.index("eyeBlinkRight")]


class RestCode:
    """One person, one thread."""

    def __init__(self, told: Floats) -> None:
        """Nothing is known yet.

        Args:
            told: (65,) float32, the network's input, see `vision.tracker_outputs.REST`; written to from now on.
        """
        self._told = told
        self._sum: Doubles = np.zeros(REST - 1)
        self.forget()

    def forget(self) -> None:
        """Begin again, as for another person."""
        self._told[:] = 0.0
        self._sum[:] = 0.0
        self._count = 0
        self._begin_s: float | None = None

    def learn(self, reading: FaceReading, time_s: float) -> None:
        """Take one reading into account, while there is something to be learned.

        Args:
            time_s: when the picture was taken, any origin.
        """
        if self._begin_s is not None and not 0.0 <= time_s - self._begin_s <= _LEARN_S:
            return
        if self._count >= _MOST or not _is_clear(reading):
            return
        if self._begin_s is None:
            self._begin_s = time_s
        self._count += 1
        self._sum += reading.code
        share = min(1.0, self._count / _SOON)
        np.multiply(self._sum, share / self._count, out=self._told[:-1], casting="same_kind")
        self._told[-1] = share


def _is_clear(reading: FaceReading) -> bool:
    yaw, pitch, _ = angles(reading.turn.astype(np.float32))
    return bool(
        reading.seen.min() >= _SEEN
        and max(abs(yaw), abs(pitch)) <= _TURNED_RAD
        and reading.expression[_BLINKS].max() <= _SHUT
    )
