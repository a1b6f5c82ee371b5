"""NeutralFace: what the landmarker measures on one person who does nothing, learned when they do nothing.

neutral = NeutralFace(profile)
measures = neutral(found, measured)     # (F,) their neutral; neutral.share 0..1 says how sure it is
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

#: Pictures of a face that does nothing, after which a neutral is trusted and kept.
ENOUGH: Final = 24
#: How far above what the profile takes for rest a coefficient of a neutral face may lie.
_SLACK: Final = 0.25
#: Further to the side, or up and down, landmarks are too far off to learn from, radians.
_TURNED: Final = (0.25, 0.35)
#: Brows, cheeks and squints rest too differently from person to person to tell anything.
_TELLING: Final = np.array([
    place for place, name in enumerate(BLENDSHAPES) if name.startswith(("mouth", "jaw", "eyeBlink", "eyeLook"))
])  # fmt: skip


class NeutralFace:
    """The median of the pictures in which a person looks ahead and does nothing; belongs to one thread.

    Unlike `Rest` it waits for such pictures: a video that begins with a laugh must not make the laugh a neutral.

    Attributes:
        share: 0 as long as none was seen, 1 once there were enough; it rises with every one of them.
    """

    def __init__(self, profile: CalibrationProfile) -> None:
        self._most = np.maximum(profile.learn, profile.rest)[_TELLING] + _SLACK
        self._samples: list[Floats] = []
        self._median: Floats | None = None
        self.share = 0.0

    def __call__(self, blendshapes: Floats, pose: HeadPose, measured: Floats) -> Floats | None:
        """Take one picture's measures (F,), finite; say what neutral is by now, None while nothing is known."""
        if len(self._samples) < ENOUGH and self._is_neutral(blendshapes, pose):
            self._samples.append(measured.copy())
            self._median = np.median(np.array(self._samples), axis=0)
            self.share = len(self._samples) / ENOUGH
        return self._median

    def _is_neutral(self, blendshapes: Floats, pose: HeadPose) -> bool:
        if isnan(pose.yaw) or abs(pose.yaw) > _TURNED[0] or abs(pose.pitch) > _TURNED[1]:
            return False
        return bool((blendshapes[_TELLING] <= self._most).all())
