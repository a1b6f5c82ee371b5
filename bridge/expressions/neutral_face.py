"""NeutralFace: learns the landmarker's measurements of one person's neutral face.

neutral = NeutralFace(profile)
measures = neutral(blendshapes, pose, measured)     # (F,) of the neutral face; neutral.share 0..1 is its certainty
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from protocol.blendshapes import BLENDSHAPES
from vision.head_pose import HeadPose

Floats = NDArray[np.float32]

#: Pictures of a neutral face after which learning ends.
ENOUGH: Final = 24
#: How far a neutral face's coefficient may exceed the profile's limit for rest.
_SLACK: Final = 0.25
#: Beyond this yaw and this pitch, radians, the landmarks are too inaccurate to learn from.
_MAX_TURN_RAD: Final = (0.25, 0.35)
#: The coefficients that decide whether a face is neutral. Those of brows, cheeks and squints differ too much
#: between people at rest.
_DECISIVE: Final = np.array([
    place for place, name in enumerate(BLENDSHAPES) if name.startswith(("mouth", "jaw", "eyeBlink", "eyeLook"))
])  # fmt: skip


class NeutralFace:
    """The median of the first pictures in which a person looks ahead without expression. Belongs to one thread.

    Unlike `Rest` it selects such pictures: a laugh at the start of a video must not become the neutral face.

    Attributes:
        share: 0..1, the share of `ENOUGH` pictures learned so far.
    """

    def __init__(self, profile: CalibrationProfile) -> None:
        """Nothing learned yet; `profile` gives the limits of rest."""
        self._most = np.maximum(profile.learn, profile.rest)[_DECISIVE] + _SLACK
        self._samples: list[Floats] = []
        self._median: Floats | None = None
        self.share = 0.0

    def __call__(self, blendshapes: Floats, pose: HeadPose, measured: Floats) -> Floats | None:
        """Learn from one picture, if its face is neutral.

        Args:
            blendshapes: (52,) float32 as MediaPipe reports them, 0..1.
            pose: of the head, radians.
            measured: (F,) float32 measurements, finite.

        Returns:
            (F,) float32 of the neutral face so far; None before the first neutral picture.
        """
        if len(self._samples) < ENOUGH and self._is_neutral(blendshapes, pose):
            self._samples.append(measured.copy())
            self._median = np.median(np.array(self._samples), axis=0)
            self.share = len(self._samples) / ENOUGH
        return self._median

    def _is_neutral(self, blendshapes: Floats, pose: HeadPose) -> bool:
        if isnan(pose.yaw) or abs(pose.yaw) > _MAX_TURN_RAD[0] or abs(pose.pitch) > _MAX_TURN_RAD[1]:
            return False
        return bool((blendshapes[_DECISIVE] <= self._most).all())
