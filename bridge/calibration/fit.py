"""Fits a calibration profile to a person, from observations of the calibration steps.

    fitted = fit({"rest": [...], "open": [...], ...}, base=profile)
    profile_text(fitted.tables, section="livelink", comment="")

The fit corrects the tracker's shipped profile: rest, the value that counts as 1, signs, scales that are far off,
exchanged axes, exchanged sides. A step that is missing, or in which nothing moved, corrects nothing. Pure: no
clock, no files. Here: rest and ranges; `bridge.calibration.fit_axes` has the axes of head and gaze.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import degrees
from typing import Final

import numpy as np

from bridge.calibration.fit_axes import fit_gaze, fit_pose
from bridge.calibration.fitted import Fitted, rounded
from bridge.calibration.medians import (
    ANGLES,
    MOVED,
    MOVED_RAD,
    FloatArray,
    Medians,
    expressions_of,
    medians_of,
    percentiles,
)
from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.steps import REST, STEPS
from bridge.observation import GAZE_AXES, Observation
from protocol.blendshapes import BLENDSHAPES, INDEX

#: Percentile that becomes the value that counts as 1; below 100 to ignore single outliers.
REACHED_PERCENT: Final = 98.0
#: How far above the measured rest a later session's rest may lie; radians for angles.
REST_MARGIN: Final = 0.08
REST_MARGIN_RAD: Final = 0.15
#: Smallest range from rest to full; above the limit of `bridge.calibration.profile`.
_MIN_RANGE: Final = 0.1


def fit(steps: Mapping[str, Sequence[Observation]], base: CalibrationProfile) -> Fitted:
    """Fit rest, ranges, axes, signs and scales to the observations of the guided steps.

    Args:
        steps: name of each step -> observations while it was held; at least "rest".
        base: the profile to correct, the tracker's shipped one.
    """
    fitted = Fitted()
    rest = medians_of(steps[REST])
    seen = {name: medians_of(samples) for name, samples in steps.items() if samples}
    _fit_rest(fitted, rest, base)
    for step in STEPS:
        for stem in step.shapes:
            if steps.get(step.name):
                _fit_full(fitted, stem, expressions_of(steps[step.name]), rest)
    is_flipped = fit_pose(fitted, seen, rest, base)
    fit_gaze(fitted, seen, rest, base, is_flipped=is_flipped)
    return fitted


def fit_video(samples: Sequence[Observation], base: CalibrationProfile) -> Fitted:
    """Fit rest and ranges to a video of a person, without guided steps.

    Rest of a shape is its 10th percentile, full its 98th; rest of an angle is its median. A shape that stays below
    half of the base profile's full was probably never shown fully, and is left as it is.

    Args:
        samples: observations of every picture with a face.
        base: the profile to correct, the tracker's shipped one.
    """
    fitted = Fitted()
    expressions = expressions_of(samples)
    middle = medians_of(samples)
    low = percentiles(expressions, 10.0)
    rest = Medians(np.fmin(low, middle.expression), middle.pose, middle.gaze)
    _fit_rest(fitted, rest, base)
    for stem in sorted({shape for step in STEPS for shape in step.shapes}):
        places = _places(stem)
        if np.mean(percentiles(expressions[:, places], REACHED_PERCENT)) >= 0.5 * np.mean(base.full[places]):
            _fit_full(fitted, stem, expressions, rest)
    return fitted


def describe(samples: Sequence[Observation], rest: Sequence[Observation]) -> str:
    """Describe what moved most in a step, for the person who does it.

    Args:
        samples: observations of the step.
        rest: observations at rest.
    """
    now, before = medians_of(samples), medians_of(rest)
    parts = [
        f"{axis} {degrees(angle):+.0f}°"
        for axis, angle in zip(ANGLES, now.pose - before.pose, strict=True)
        if abs(angle) > MOVED_RAD
    ]
    parts += [
        f"eyes {axis} {degrees(angle):+.0f}°"
        for axis, angle in zip(GAZE_AXES, now.gaze - before.gaze, strict=True)
        if abs(angle) > MOVED_RAD
    ]
    change = np.nan_to_num(now.expression - before.expression)
    parts += [
        f"{BLENDSHAPES[i]} {change[i]:+.2f}"
        for i in np.argsort(-np.abs(change))[:3]
        if abs(change[i]) > MOVED / 2
    ]
    return ", ".join(parts) or "nothing moved"


def _fit_rest(fitted: Fitted, rest: Medians, base: CalibrationProfile) -> None:
    for i, name in enumerate(BLENDSHAPES):
        value = rest.expression[i]
        # Skip shapes whose rest equals the profile's, and those whose rest is too close to full scale.
        if np.isnan(value) or abs(value - base.rest[i]) < 0.02 or value > base.full[i] - 0.3:
            continue
        fitted.tables.setdefault("expression", {}).setdefault(name, {}).update(
            rest=rounded(value), learn=rounded(min(value + REST_MARGIN, base.full[i] - 0.2))
        )
    for axis, value, room in zip(ANGLES, rest.pose, base.pose_learn, strict=False):
        if not np.isnan(value):
            fitted.put("pose", f"rest_{axis}_rad", rounded(value))
            fitted.put("pose", f"learn_{axis}_rad", rounded(max(room, REST_MARGIN_RAD)))
    for axis, value, room in zip(GAZE_AXES, rest.gaze, base.gaze_learn, strict=True):
        if not np.isnan(value):
            fitted.put("gaze", f"rest_{axis}_rad", rounded(value))
            fitted.put("gaze", f"learn_{axis}_rad", rounded(max(room, REST_MARGIN_RAD)))


def _fit_full(fitted: Fitted, stem: str, expressions: FloatArray, rest: Medians) -> None:
    """Fit one value for both sides, so that an asymmetric smile stays asymmetric."""
    places = _places(stem)
    reached = percentiles(expressions[:, places], REACHED_PERCENT)
    at_rest = rest.expression[places]
    if np.isnan(reached).any() or np.isnan(at_rest).any():
        return
    if float(np.mean(reached - at_rest)) < MOVED:
        fitted.findings.append(f"{stem} hardly moves: left as it is")
        return
    learn = float(np.max(at_rest)) + REST_MARGIN
    full = max(float(np.mean(reached)), learn + _MIN_RANGE)
    fitted.tables.setdefault("expression", {}).setdefault(stem, {}).update(
        learn=rounded(learn), full=rounded(full)
    )
    fitted.findings.append(
        f"{stem} reaches {float(np.mean(reached)):.2f} from {float(np.mean(at_rest)):.2f} at rest"
    )


def _places(stem: str) -> list[int]:
    return [INDEX[name] for name in (stem, stem + "Left", stem + "Right") if name in INDEX]
