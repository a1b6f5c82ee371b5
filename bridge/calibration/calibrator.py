"""Calibrator: one measured face by its profile and rest -> the channels' values.

    calibrator = Calibrator(profile, rest)          # again whenever rest changes
    coefficients = calibrator.expression(raw)       # (52,) -> (52,), 0..1

What is not reported (NaN, or missing by name) stays unknown. What does not change from face to face is worked
out once; a face then costs a few operations on whole arrays, and plain numbers where there are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.rest import Rest
from bridge.observation import GAZE_AXES, POSE_AXES
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from protocol.channels import CHANNEL_INDEX, CHANNELS

FloatArray = NDArray[np.float64]

#: What an avatar's picture shows of the world at the depth of the face, top to bottom: avatars are cut so that
#: the face takes 0.40 of the height, and six of seven portraits then measure 0.43 to 0.47.
PORTRAIT_HEIGHT_M: Final = 0.45
#: Lids that are this far closed hide where the eye looks.
_LIDS_HIDE: Final = 0.4
#: What a mirror turns round.
_MIRRORED_AXES: Final = {"pose": ("yaw", "roll", "x"), "gaze": ("yaw",)}

_SAME: Final = np.arange(len(BLENDSHAPES))
_OTHER_SIDE: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
_BLINKS: Final = np.array([INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")])
_DOWNS: Final = np.array([INDEX[f"eyeLookDown{side}"] for side in ("Left", "Right")])
_LOOKS: Final = np.array([
    INDEX[f"eyeLook{way}{side}"] for way in ("Out", "In", "Up", "Down") for side in ("Left", "Right")
])  # fmt: skip


class _Axis(NamedTuple):
    """How one number of pose or gaze is made: (reported[source] - rest) * factor, limited."""

    name: str
    source: str
    rest: float
    factor: float
    low: float
    high: float


class Calibrator:
    """Expression, pose and gaze of one person before one tracker, as long as their rest stays the same."""

    def __init__(self, profile: CalibrationProfile, rest: Rest, *, mirror: bool = False) -> None:
        """Args:
        rest: this person's, from `bridge.calibration.rest`.
        mirror: the avatar moves like a mirror picture: left and right change places.
        """
        side = _OTHER_SIDE if mirror else _SAME
        self._source = profile.source[side]
        self._rest = rest.expression[self._source]
        self._scale = 1.0 / (profile.full[side] - self._rest)
        self._lids_follow_gaze = profile.lids_follow_gaze
        pose_factors = profile.pose_gain / np.array([1.0, 1.0, 1.0, *[PORTRAIT_HEIGHT_M] * 3])
        self._pose = _axes("pose", POSE_AXES, profile.pose_source, rest.pose, pose_factors, mirror)
        self._gaze = _axes("gaze", GAZE_AXES, np.arange(2), rest.gaze, profile.gaze_factor, mirror)
        # Where the eyes look as their shapes tell, then how far the lids are closed.
        self._eyes = np.array([*profile.source[_LOOKS], *_BLINKS])
        self._eyes_rest: list[float] = rest.expression[self._eyes].tolist()
        self._lids_full: list[float] = profile.full[_BLINKS].tolist()
        sideways, self._up_rad, self._down_rad = profile.gaze_gain.tolist()
        self._sideways_rad = -sideways if mirror else sideways

    def expression(self, raw: FloatArray) -> FloatArray:
        """Subtract rest, rescale to 0..1, and take out of the lids what looking down explains.

        Args:
            raw: (52,) the tracker's coefficients, protocol order; NaN = not reported.
        """
        value = raw[self._source]
        value -= self._rest
        value *= self._scale
        np.maximum(value, 0.0, out=value)
        np.minimum(value, 1.0, out=value)
        if self._lids_follow_gaze > 0.0:
            # A lid that follows the eye down is the gaze layer's business; a closed one stays closed.
            blink, down = value[_BLINKS], np.nan_to_num(value[_DOWNS])
            value[_BLINKS] = np.maximum(blink - self._lids_follow_gaze * down * (1.0 - blink), 0.0)
        return value

    def pose(self, raw: Mapping[str, float]) -> dict[str, float]:
        """Radians and metres as reported -> radians and portrait heights, relative to rest, within limits.

        Movement is measured in heads, not in camera pictures, so it does not depend on how closely the
        driver's camera frames the face. Depth goes to `z`; `scale` is left alone at 1, because both would
        answer the same measurement and a small error in it would pump the face twice.
        """
        return _calibrated(self._pose, raw)

    def gaze(self, raw: Mapping[str, float], expression: FloatArray) -> dict[str, float]:
        """The reported direction, or else what the eyes' shapes tell; radians, relative to rest, within limits.

        Args:
            expression: (52,) as reported.
        """
        reported = _calibrated(self._gaze, raw) if raw else {}
        return reported or self._gaze_of_looks(expression)

    def _gaze_of_looks(self, expression: FloatArray) -> dict[str, float]:
        """Both eyes' mean from the eight eyeLook coefficients; nothing when none of them is reported.

        One that is missing among others counts as at rest. While the lids close, the trackers report a glance
        down that is only the lid: it fades with the opening.
        """
        seen = expression[self._eyes].tolist()
        if all(map(isnan, seen[:8])):
            return {}
        out_left, in_left, out_right, in_right, up_left, up_right, down_left, down_right = (
            0.0 if isnan(look) else look - rest
            for look, rest in zip(seen[:8], self._eyes_rest[:8], strict=True)
        )
        # Out is away from the nose: the left eye's Out and the right eye's In both look to the subject's left.
        yaw = self._sideways_rad * (out_left - in_left + in_right - out_right) / 2
        pitch = (self._up_rad * (up_left + up_right) - self._down_rad * (down_left + down_right)) / 2
        lids = [
            0.0 if isnan(lid) else min(max(lid / full, 0.0), 1.0)
            for lid, full in zip(seen[8:], self._lids_full, strict=True)
        ]
        openness = min(max((1.0 - sum(lids) / 2) / _LIDS_HIDE, 0.0), 1.0)
        of_yaw, of_pitch = self._gaze
        return {
            "yaw": min(max(yaw * openness, of_yaw.low), of_yaw.high),
            "pitch": min(max(pitch * openness, of_pitch.low), of_pitch.high),
        }


def _axes(
    layer: str,
    names: tuple[str, ...],
    source: NDArray[np.intp],
    rest: FloatArray,
    factors: FloatArray,
    mirror: bool,
) -> tuple[_Axis, ...]:
    made = []
    for place, name in enumerate(names):
        channel = CHANNELS[CHANNEL_INDEX[layer][name]]
        sign = -1.0 if mirror and name in _MIRRORED_AXES[layer] else 1.0
        made.append(
            _Axis(
                name,
                names[source[place]],
                float(rest[source[place]]),
                sign * float(factors[place]),
                channel.low,
                channel.high,
            )
        )
    return tuple(made)


def _calibrated(axes: tuple[_Axis, ...], raw: Mapping[str, float]) -> dict[str, float]:
    values = {}
    for name, source, rest, factor, low, high in axes:
        if source in raw:
            value = (raw[source] - rest) * factor
            if not isnan(value):
                values[name] = min(max(value, low), high)
    return values
