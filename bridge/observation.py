"""Observation: what one tracker measured at one moment, in this house's names, axes and units.

Every tracker's own format ends here: names are ARKit's, angles are radians with Omote's signs, places are
metres. What is still raw is the person: nothing has been calibrated, mirrored or limited yet
(`bridge.calibration.profile` does that).

    Observation(source="livelink:Anna", pose={"yaw": 0.3}, capture_time_ns=now_ns)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES

#: What a pose and a gaze may name, in this order wherever they are arrays.
POSE_AXES: Final = ("yaw", "pitch", "roll", "x", "y", "z")
GAZE_AXES: Final = ("yaw", "pitch")

#: An expression of which nothing is known.
UNKNOWN_EXPRESSION: Final = np.full(len(BLENDSHAPES), np.nan)
UNKNOWN_EXPRESSION.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One face at one moment. What a tracker does not report is left out, and then drives nothing.

    Attributes:
        source: the driver's id, 1 to 64 printable characters, the same for every observation of one face of
            one sender: the tracker's name and what tells its senders apart, e.g. "openseeface:1".
        is_face: false where the tracker says that it has lost the face; the rest is empty then.
        expression: (52,) float64 in the order of `BLENDSHAPES`, 0..1 as reported; NaN = not reported.
        pose: of yaw, pitch, roll in radians (+ to the subject's left, + up, + towards the subject's right
            shoulder) and x, y, z in metres (+ to the subject's left, + up, + towards the camera), any origin.
        gaze: of yaw, pitch in radians relative to the head, signs as in pose; empty = look at `expression`'s
            eyeLook coefficients.
        emotion: emotion -> 0..1, and `emotion_weight` 0..1, how far it claims the face.
        sender_time_ns: the sender's own clock, any origin, rising; 0 = it sends none.
        receive_time_ns: when it arrived here, Unix nanoseconds.
    """

    source: str
    is_face: bool = True
    expression: NDArray[np.float64] = field(default_factory=lambda: UNKNOWN_EXPRESSION)
    pose: Mapping[str, float] = field(default_factory=dict)
    gaze: Mapping[str, float] = field(default_factory=dict)
    emotion: Mapping[str, float] = field(default_factory=dict)
    emotion_weight: float = 1.0
    sender_time_ns: int = 0
    receive_time_ns: int = 0
