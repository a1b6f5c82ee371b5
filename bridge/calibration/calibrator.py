"""Calibrator: one measured face, a profile and a rest -> the values of the channels.

    calibrator = Calibrator(profile, rest)          # a new one whenever rest changes
    coefficients = calibrator.expression(raw)       # (52,) -> (52,), 0..1

Values that are not reported (NaN, or a missing name) stay unknown. The constructor computes everything that does
not depend on the face; each face then costs a few array operations, and plain Python numbers for short vectors.
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

#: Height of the scene that an avatar's picture shows at the depth of the face, metres. Avatars are cropped so that
#: the face takes 0.40 of the picture's height; six of seven portraits then measure 0.43 to 0.47 m.
PORTRAIT_HEIGHT_M: Final = 0.45
#: The gaze starts to fade when the eye opening, 0..1, falls below this: closing lids distort eyeLook.
_FADE_OPENNESS: Final = 0.4
#: Axes whose sign a mirror reverses.
_MIRRORED_AXES: Final = {"pose": ("yaw", "roll", "x"), "gaze": ("yaw",)}

_SAME: Final = np.arange(len(BLENDSHAPES))
_OTHER_SIDE: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
_BLINKS: Final = np.array([INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")])
_DOWNS: Final = np.array([INDEX[f"eyeLookDown{side}"] for side in ("Left", "Right")])
_LOOKS: Final = np.array([
    INDEX[f"eyeLook{way}{side}"] for way in ("Out", "In", "Up", "Down") for side in ("Left", "Right")
])  # fmt: skip


class _Axis(NamedTuple):
    """One axis of pose or gaze: (reported[source] - rest) * factor, limited to low..high."""

    name: str
    source: str
    rest: float
    factor: float
    low: float
    high: float


class Calibrator:
    """Calibrates expression, pose and gaze of one person and one tracker, for one rest."""

    def __init__(self, profile: CalibrationProfile, rest: Rest, *, mirror: bool = False) -> None:
        """Compute the constants.

        Args:
            profile: the tracker's.
            rest: this person's, from `bridge.calibration.rest`.
            mirror: exchange left and right, so that the avatar moves like a mirror image.
        """
        side = _OTHER_SIDE if mirror else _SAME
        self._source = profile.source[side]
        self._rest = rest.expression[self._source]
        self._scale = 1.0 / (profile.full[side] - self._rest)
        self._lids_follow_gaze = profile.lids_follow_gaze
        pose_factors = profile.pose_gain / np.array([1.0, 1.0, 1.0, *[PORTRAIT_HEIGHT_M] * 3])
        self._pose = _axes("pose", POSE_AXES, profile.pose_source, rest.pose, pose_factors, mirror)
        self._gaze = _axes("gaze", GAZE_AXES, np.arange(2), rest.gaze, profile.gaze_factor, mirror)
        # The eight eyeLook shapes, then the two blinks.
        self._eyes = np.array([*profile.source[_LOOKS], *_BLINKS])
        self._eyes_rest: list[float] = rest.expression[self._eyes].tolist()
        self._lids_full: list[float] = profile.full[_BLINKS].tolist()
        sideways, self._up_rad, self._down_rad = profile.gaze_gain.tolist()
        self._sideways_rad = -sideways if mirror else sideways

    def expression(self, raw: FloatArray) -> FloatArray:
        """Subtract rest, rescale to 0..1, and remove from the blinks the part that looking down explains.

        Args:
            raw: (52,) float64, the tracker's coefficients in protocol order; NaN = not reported.

        Returns:
            (52,) float64, 0..1; NaN = not reported.
        """
        value = raw[self._source]
        value -= self._rest
        value *= self._scale
        np.maximum(value, 0.0, out=value)
        np.minimum(value, 1.0, out=value)
        if self._lids_follow_gaze > 0.0:
            # The gaze layer already lowers the lids with the gaze; a closed lid stays closed.
            blink, down = value[_BLINKS], np.nan_to_num(value[_DOWNS])
            value[_BLINKS] = np.maximum(blink - self._lids_follow_gaze * down * (1.0 - blink), 0.0)
        return value

    def pose(self, raw: Mapping[str, float]) -> dict[str, float]:
        """Convert a pose to values relative to rest, within the channels' limits.

        Translation is measured in metres of the real head, so it does not depend on how closely the camera
        frames the face. Depth drives `z` only and `scale` stays 1: driving both would apply the measurement,
        and its noise, twice.

        Args:
            raw: reported angles in radians and positions in metres, by axis.

        Returns:
            Angles in radians and positions in portrait heights, by axis.
        """
        return _calibrated(self._pose, raw)

    def gaze(self, raw: Mapping[str, float], expression: FloatArray) -> dict[str, float]:
        """Convert the gaze, relative to rest, within limits: the reported direction, or else the eyeLook shapes.

        Args:
            raw: reported yaw and pitch in radians, if the tracker reports a direction.
            expression: (52,) float64 as reported.

        Returns:
            Yaw and pitch in radians; empty when neither is reported.
        """
        reported = _calibrated(self._gaze, raw) if raw else {}
        return reported or self._gaze_of_looks(expression)

    def _gaze_of_looks(self, expression: FloatArray) -> dict[str, float]:
        """Compute the mean gaze of both eyes from the eight eyeLook coefficients; empty when none is reported.

        A missing coefficient among reported ones counts as at rest. Trackers report a look down while the lids
        close, which is an artefact: the gaze fades out with the eye opening.
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
        openness = min(max((1.0 - sum(lids) / 2) / _FADE_OPENNESS, 0.0), 1.0)
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
