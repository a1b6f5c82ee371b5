"""Motion of studio faces: pose, articulation, emotion and gaze as functions of a seed and the time.

    motion = ActedMotion(seed=3)
    frame = motion.at(1.25)            # MotionFrame: pose, articulation, emotion, gaze

`ActedMotion` is synthetic: speech, blinks, saccades, head movement and emotions. `TrackedMotion` (tracked.py) is
recorded from a real face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from protocol.blendshapes import INDEX
from studio.arrays import Floats
from studio.factors import Pose
from studio.motion.emotion import EmotionArcs
from studio.motion.eyes import Blinks, Saccades
from studio.motion.head import HeadMovement
from studio.motion.speech import Speech

#: Coefficient of the brow shapes at a full accent of the liveliest speaker.
_BROW_FLASH: Final = 0.35
_BROWS: Final = [INDEX[name] for name in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")]
_LIDS: Final = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]


@dataclass(frozen=True, slots=True, eq=False)
class MotionFrame:
    """A face at one instant; attributes as in `Factors`."""

    pose: Pose
    articulation: Floats
    emotion: Floats
    gaze: tuple[float, float]


class StudioMotion(Protocol):
    """A face over time. `at` is a pure function: it returns the same frame for the same time in any order of calls."""

    def at(self, time_s: float) -> MotionFrame:
        """The face at a time, seconds from 0 on."""
        ...


class ActedMotion:
    """Synthetic motion of a face.

    Each part draws from random generators of its own, so a change in one does not shift the others. Two couplings are
    intended: the head nods with speech, and the eyes counter-rotate while the head turns.
    """

    def __init__(self, seed: int) -> None:
        self._speech = Speech(seed)
        self._saccades = Saccades(seed)
        self._blinks = Blinks(seed, self._saccades)
        self._head = HeadMovement(seed, self._speech)
        self._emotion = EmotionArcs(seed)

    def at(self, time_s: float) -> MotionFrame:
        """See `StudioMotion`."""
        articulation = self._speech.shapes(time_s)
        articulation[_BROWS] += np.float32(
            _BROW_FLASH * self._speech.accent(time_s) * self._speech.liveliness
        )
        articulation[_LIDS] = self._blinks.closed(time_s)
        pose = self._head.pose(time_s)
        return MotionFrame(
            pose=pose,
            articulation=np.clip(articulation, 0.0, 1.0).astype(np.float32),
            emotion=self._emotion.intensities(time_s),
            gaze=self._saccades.gaze(time_s, pose.yaw, pose.pitch),
        )
