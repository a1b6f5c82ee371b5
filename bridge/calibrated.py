"""One measured face, calibrated: reported coefficients, pose and gaze -> what the channels mean.

NaN stands for what is not reported, in and out.

    coefficients = calibrated_expression(raw, rest.expression, profile)   # (52,) -> (52,), 0..1
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration import CalibrationProfile
from protocol.blendshapes import INDEX

FloatArray = NDArray[np.float64]

#: What an avatar's picture shows of the world at the depth of the face, top to bottom: avatars are cut so that
#: the face takes 0.40 of the height, and six of seven portraits then measure 0.43 to 0.47.
PORTRAIT_HEIGHT_M: Final = 0.45
#: Lids that are this far closed hide where the eye looks.
_LIDS_HIDE: Final = 0.4

_BLINKS: Final = np.array([INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")])
_DOWNS: Final = np.array([INDEX[f"eyeLookDown{side}"] for side in ("Left", "Right")])
# Out is away from the nose: the left eye's Out and the right eye's In both look to the subject's left.
_LOOKS: Final = np.array([
    INDEX[f"eyeLook{way}{side}"] for way in ("Out", "In", "Up", "Down") for side in ("Left", "Right")
])  # fmt: skip
_TO_LEFT: Final = np.array([0.5, -0.5, -0.5, 0.5, 0.0, 0.0, 0.0, 0.0])
_UPWARDS: Final = np.array([0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0])
_DOWNWARDS: Final = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5])


def calibrated_expression(raw: FloatArray, rest: FloatArray, profile: CalibrationProfile) -> FloatArray:
    """Subtract rest, rescale to 0..1, and take out of the lids what looking down explains.

    Args:
        raw: (52,) the tracker's coefficients, protocol order; NaN = not reported.
        rest: (52,) this person's, from `bridge.rest`.
    """
    at_rest = rest[profile.source]
    value: FloatArray = raw[profile.source] - at_rest
    value /= profile.full - at_rest
    np.maximum(value, 0.0, out=value)
    np.minimum(value, 1.0, out=value)
    if profile.lids_follow_gaze > 0.0:
        # A lid that follows the eye down is the gaze layer's business; a closed one stays closed.
        blink, down = value[_BLINKS], np.nan_to_num(value[_DOWNS])
        value[_BLINKS] = np.maximum(blink - profile.lids_follow_gaze * down * (1.0 - blink), 0.0)
    return value


def calibrated_pose(raw: FloatArray, rest: FloatArray, profile: CalibrationProfile) -> FloatArray:
    """(6,) radians and metres as reported -> (6,) radians and portrait heights, relative to rest.

    Movement is measured in heads, not in camera pictures, so it does not depend on how closely the driver's
    camera frames the face. Depth goes to `z`; `scale` is left alone at 1, because both would answer the same
    measurement and a small error in it would pump the face twice.
    """
    value: FloatArray = (raw - rest)[profile.pose_source] * profile.pose_gain
    value[3:] /= PORTRAIT_HEIGHT_M
    return value


def calibrated_gaze(raw: FloatArray, rest: FloatArray, profile: CalibrationProfile) -> FloatArray:
    """(2,) a reported direction, radians, relative to rest."""
    value: FloatArray = (raw - rest) * profile.gaze_factor
    return value


def gaze_from_looks(raw: FloatArray, rest: FloatArray, profile: CalibrationProfile) -> FloatArray:
    """(2,) both eyes' yaw and pitch in radians from the eight eyeLook coefficients, relative to rest.

    Both are NaN when no eyeLook is reported; one that is missing among others counts as at rest. While the
    lids close, the trackers report a glance down that is only the lid: it fades with the opening.
    """
    looks = (raw - rest)[profile.source[_LOOKS]]
    if np.isnan(looks).all():
        return np.full(2, np.nan)
    looks = np.nan_to_num(looks)
    sideways, up, down = profile.gaze_gain
    gaze = np.array([sideways * (_TO_LEFT @ looks), up * (_UPWARDS @ looks) - down * (_DOWNWARDS @ looks)])
    closed = float(np.mean(np.clip(np.nan_to_num(raw[_BLINKS]) / profile.full[_BLINKS], 0.0, 1.0)))
    return gaze * min(max((1.0 - closed) / _LIDS_HIDE, 0.0), 1.0)
