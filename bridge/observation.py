"""Observation: one measurement of a face by a tracker, in Omote's names, axes and units.

Trackers translate their own formats to it: names are ARKit's, angles are radians with Omote's signs, positions are
metres. Values are not yet calibrated, mirrored or limited; `bridge.sending.source_messages` does that.

    Observation(source="livelink:Anna", pose={"yaw": 0.3}, capture_time_ns=now_ns)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES

#: The axes of a pose and of a gaze, and their order in arrays.
POSE_AXES: Final = ("yaw", "pitch", "roll", "x", "y", "z")
GAZE_AXES: Final = ("yaw", "pitch")

#: An expression without any reported coefficient.
UNKNOWN_EXPRESSION: Final = np.full(len(BLENDSHAPES), np.nan)
UNKNOWN_EXPRESSION.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One face at one moment. Values that a tracker does not report are left out, and drive nothing.

    Attributes:
        source: the driver's id, 1 to 64 printable characters, constant for one face of one sender: the tracker's
            name and the sender's, e.g. "openseeface:1".
        is_face: False when the tracker reports that it has lost the face; all values are empty then.
        expression: (52,) float64 in the order of `BLENDSHAPES`, 0..1 as reported; NaN = not reported.
        pose: of yaw, pitch, roll in radians (+ to the subject's left, + up, + towards the subject's right
            shoulder) and x, y, z in metres (+ to the subject's left, + up, + towards the camera), any origin.
        gaze: of yaw, pitch in radians relative to the head, signs as in pose; empty = use `expression`'s eyeLook
            coefficients.
        emotion: emotion -> 0..1.
        emotion_weight: 0..1, the weight of the emotion layer's message.
        sender_time_ns: the sender's own timestamp, any origin, rising; 0 = none.
        receive_time_ns: when it arrived at this machine, Unix nanoseconds.
        why_lost: for people, where there is no face.
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
    why_lost: str = "its tracker sees no face"
