"""Fits a calibration profile to a person, from observations of the calibration steps.

    fitted = fit({"rest": [...], "open": [...], ...}, base=profile)
    profile_text(fitted.tables, source="livelink")

The fit corrects the tracker's shipped profile: rest, the value that counts as 1, signs, scales that are far off,
exchanged axes, exchanged sides. A step that is missing, or in which nothing moved, corrects nothing. Pure: no
clock, no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from math import degrees
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.steps import REST, SIDE, STEPS
from bridge.observation import GAZE_AXES, POSE_AXES, Observation
from protocol.blendshapes import BLENDSHAPES, INDEX, REGION, mirrored

FloatArray = NDArray[np.float64]

#: Percentile that becomes the value that counts as 1; below 100 to ignore single outliers.
REACHED_PERCENT: Final = 98.0
#: A shape or angle that changed less than this did not move, or the tracker does not see it.
MOVED: Final = 0.15
MOVED_RAD: Final = 0.05
#: A scale is corrected only when it is off by more than this factor, because people only estimate the angles.
SCALE_TOLERANCE: Final = 1.5
#: How far above the measured rest a later session's rest may lie; radians for angles.
REST_MARGIN: Final = 0.08
REST_MARGIN_RAD: Final = 0.15
#: Smallest range from rest to full; above the limit of `bridge.calibration.profile`.
_MIN_RANGE: Final = 0.1

_ANGLES: Final = POSE_AXES[:3]
#: Signs that a mirror applies to yaw, pitch and roll.
_MIRRORED: Final = np.array([-1.0, 1.0, -1.0])
_STEMS: Final = sorted({
    name.removesuffix("Left") for name in BLENDSHAPES if name.endswith("Left") and mirrored(name) != name
})  # fmt: skip
_LEFT_MOUTH: Final = [
    i for i, name in enumerate(BLENDSHAPES) if REGION[name] == "mouth" and name.endswith("Left")
]
_RIGHT_MOUTH: Final = [INDEX[mirrored(BLENDSHAPES[i])] for i in _LEFT_MOUTH]


@dataclass(slots=True)
class Fitted:
    """The result of a fit.

    Attributes:
        tables: TOML tables as `bridge.calibration.profile` reads them.
        findings: what was found, in words, for the user.
    """

    tables: dict[str, Any] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def put(self, table: str, key: str, value: Any) -> None:
        """Set one key of one table."""
        self.tables.setdefault(table, {})[key] = value


@dataclass(frozen=True, slots=True, eq=False)
class _Medians:
    """The medians of one step: expression (52,), pose (3,) radians, gaze (2,) radians; NaN = never reported."""

    expression: FloatArray
    pose: FloatArray
    gaze: FloatArray


def fit(steps: Mapping[str, Sequence[Observation]], base: CalibrationProfile) -> Fitted:
    """Fit rest, ranges, axes, signs and scales to the observations of the guided steps.

    Args:
        steps: name of each step -> observations while it was held; at least "rest".
        base: the profile to correct, the tracker's shipped one.
    """
    fitted = Fitted()
    rest = _median(steps[REST])
    seen = {name: _median(samples) for name, samples in steps.items() if samples}
    _fit_rest(fitted, rest, base)
    for step in STEPS:
        for stem in step.shapes:
            if steps.get(step.name):
                _fit_full(fitted, stem, _expressions(steps[step.name]), rest)
    is_flipped = _fit_pose(fitted, seen, rest, base)
    _fit_gaze(fitted, seen, rest, base, is_flipped=is_flipped)
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
    expressions = _expressions(samples)
    middle = _median(samples)
    low = _percentile(expressions, 10.0)
    rest = _Medians(np.fmin(low, middle.expression), middle.pose, middle.gaze)
    _fit_rest(fitted, rest, base)
    for stem in sorted({shape for step in STEPS for shape in step.shapes}):
        places = _places(stem)
        if np.mean(_percentile(expressions[:, places], REACHED_PERCENT)) >= 0.5 * np.mean(base.full[places]):
            _fit_full(fitted, stem, expressions, rest)
    return fitted


def describe(samples: Sequence[Observation], rest: Sequence[Observation]) -> str:
    """Describe what moved most in a step, for the person who does it.

    Args:
        samples: observations of the step.
        rest: observations at rest.
    """
    now, before = _median(samples), _median(rest)
    parts = [
        f"{axis} {degrees(angle):+.0f}°"
        for axis, angle in zip(_ANGLES, now.pose - before.pose, strict=True)
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


def _fit_rest(fitted: Fitted, rest: _Medians, base: CalibrationProfile) -> None:
    for i, name in enumerate(BLENDSHAPES):
        value = rest.expression[i]
        # Skip shapes whose rest equals the profile's, and those whose rest is too close to full scale.
        if np.isnan(value) or abs(value - base.rest[i]) < 0.02 or value > base.full[i] - 0.3:
            continue
        fitted.tables.setdefault("expression", {}).setdefault(name, {}).update(
            rest=_rounded(value), learn=_rounded(min(value + REST_MARGIN, base.full[i] - 0.2))
        )
    for axis, value, room in zip(_ANGLES, rest.pose, base.pose_learn, strict=False):
        if not np.isnan(value):
            fitted.put("pose", f"rest_{axis}_rad", _rounded(value))
            fitted.put("pose", f"learn_{axis}_rad", _rounded(max(room, REST_MARGIN_RAD)))
    for axis, value, room in zip(GAZE_AXES, rest.gaze, base.gaze_learn, strict=True):
        if not np.isnan(value):
            fitted.put("gaze", f"rest_{axis}_rad", _rounded(value))
            fitted.put("gaze", f"learn_{axis}_rad", _rounded(max(room, REST_MARGIN_RAD)))


def _fit_full(fitted: Fitted, stem: str, expressions: FloatArray, rest: _Medians) -> None:
    """Fit one value for both sides, so that an asymmetric smile stays asymmetric."""
    places = _places(stem)
    reached = _percentile(expressions[:, places], REACHED_PERCENT)
    at_rest = rest.expression[places]
    if np.isnan(reached).any() or np.isnan(at_rest).any():
        return
    if float(np.mean(reached - at_rest)) < MOVED:
        fitted.findings.append(f"{stem} hardly moves: left as it is")
        return
    learn = float(np.max(at_rest)) + REST_MARGIN
    full = max(float(np.mean(reached)), learn + _MIN_RANGE)
    fitted.tables.setdefault("expression", {}).setdefault(stem, {}).update(
        learn=_rounded(learn), full=_rounded(full)
    )
    fitted.findings.append(
        f"{stem} reaches {float(np.mean(reached)):.2f} from {float(np.mean(at_rest)):.2f} at rest"
    )


def _places(stem: str) -> list[int]:
    return [INDEX[name] for name in (stem, stem + "Left", stem + "Right") if name in INDEX]


def _fit_pose(fitted: Fitted, seen: Mapping[str, _Medians], rest: _Medians, base: CalibrationProfile) -> bool:
    """Fit axes, mirror, signs and scales of the head; return whether the mirror setting is reversed."""
    asked = {axis: (step.name, angle) for step in STEPS for axis, angle in [step.pose] if axis}
    moved = np.full((3, 3), np.nan)  # row: axis asked for, column: axis reported
    for place, axis in enumerate(_ANGLES):
        if asked[axis][0] in seen:
            change = seen[asked[axis][0]].pose - rest.pose
            if not np.isnan(change).any() and np.abs(change).max() >= MOVED_RAD:
                moved[place] = change
    order = _axis_order(moved, base)
    if list(order) != list(base.pose_source[:3]):
        exchanged = [axis for axis, source in zip(_ANGLES, order, strict=True) if _ANGLES[source] != axis]
        fitted.put("pose", "swap", exchanged)
        fitted.findings.append(f"{' and '.join(exchanged) or 'all axes'} are exchanged: corrected")

    # Ratio of the angle that the base profile gives to the angle that was asked for.
    sign = _MIRRORED if base.mirror else np.ones(3)
    angle = np.array([asked[axis][1] for axis in _ANGLES])
    shown = moved[np.arange(3), order] * base.pose_gain[:3] * sign
    share = shown / angle
    is_flipped = _is_flipped(fitted, share, _side(seen, rest, base))
    if is_flipped:
        share = share * _MIRRORED
        fitted.tables["mirror"] = not base.mirror
        fitted.findings.append("left and right are exchanged, as in a mirror: corrected")
    for place, axis in enumerate(_ANGLES):
        if np.isnan(share[place]) or abs(shown[place]) < MOVED_RAD / 2:
            if asked[axis][0] in seen:
                fitted.findings.append(f"{axis} hardly moves: left as it is")
            continue
        factor = _correction(float(share[place]))
        if factor != 1.0:
            fitted.put("pose", axis, _rounded(base.pose_gain[place] * factor))
            fitted.findings.append(
                f"{axis}: {degrees(shown[place]):+.0f}° where about {degrees(angle[place]):+.0f}° was asked: "
                f"times {factor:.2f}"
            )
    return is_flipped


def _axis_order(moved: FloatArray, base: CalibrationProfile) -> tuple[int, ...]:
    """Return the reported axis of yaw, pitch and roll: all in place, or two of them exchanged."""
    usual = tuple(int(place) for place in base.pose_source[:3])
    if np.isnan(moved).any():
        return usual
    size = np.abs(moved)
    known = [order for order in permutations(range(3)) if any(order[i] == i for i in range(3))]
    best = max(known, key=lambda order: float(size[np.arange(3), order].sum()))
    # Another order must fit clearly better: people also turn a little while they nod.
    if size[np.arange(3), best].sum() < SCALE_TOLERANCE * size[np.arange(3), usual].sum():
        return usual
    return best


def _side(seen: Mapping[str, _Medians], rest: _Medians, base: CalibrationProfile) -> float:
    """Return how far the mouth moved to the person's left by the base profile; 0 = not measurable."""
    if SIDE not in seen:
        return 0.0
    change = np.nan_to_num(seen[SIDE].expression - rest.expression)[base.source]
    leftwards = float(change[_LEFT_MOUTH].sum() - change[_RIGHT_MOUTH].sum())
    if abs(leftwards) < MOVED:
        return 0.0
    return -leftwards if base.mirror else leftwards


def _is_flipped(fitted: Fitted, share: FloatArray, side: float) -> bool:
    """Whether head and face are both mirrored; decided by the mouth, or without it by yaw and roll together."""
    turns_wrong = bool(share[0] < 0)
    if side == 0.0:
        return turns_wrong and bool(share[2] < 0) and not bool(share[1] < 0)
    if side < 0.0 and not turns_wrong:
        # The head is correct and the mouth is not: only the sides of the shapes are exchanged.
        for stem in _STEMS:
            fitted.tables.setdefault("expression", {}).setdefault(stem, {})["swap"] = True
        fitted.findings.append(
            "left and right of the face are exchanged, those of the head are not: corrected"
        )
    return side < 0.0 and turns_wrong


def _fit_gaze(
    fitted: Fitted,
    seen: Mapping[str, _Medians],
    rest: _Medians,
    base: CalibrationProfile,
    *,
    is_flipped: bool,
) -> None:
    is_mirrored = base.mirror != is_flipped
    for step in STEPS:
        axis, angle = step.gaze
        if not axis or step.name not in seen:
            continue
        place = GAZE_AXES.index(axis)
        reported = float((seen[step.name].gaze - rest.gaze)[place])
        if not np.isnan(reported):
            # A reported direction has one factor for up and down, which the step for up fits.
            key, gain = f"gain_{axis}", float(base.gaze_factor[place])
            if angle < 0:
                continue
        else:
            key, gain, reported = _look(axis, angle, seen[step.name], rest, base)
        shown = reported * gain * (-1.0 if is_mirrored and axis == "yaw" else 1.0)
        if np.isnan(shown) or abs(shown) < MOVED_RAD:
            fitted.findings.append(f"{step.name}: the tracker hardly sees it: left as it is")
            continue
        factor = _correction(shown / angle)
        if factor != 1.0:
            fitted.put("gaze", key, _rounded(gain * factor))
            fitted.findings.append(
                f"{step.name}: {degrees(shown):+.0f}° where about {degrees(angle):+.0f}° was asked: "
                f"times {factor:.2f}"
            )


def _look(
    axis: str, angle: float, now: _Medians, rest: _Medians, base: CalibrationProfile
) -> tuple[str, float, float]:
    """Return key and value of the gain, and the mean change of both eyes' eyeLook shapes."""
    change = (now.expression - rest.expression)[base.source]

    def looks(way: str) -> FloatArray:
        return change[[INDEX[f"eyeLook{way}{side}"] for side in ("Left", "Right")]]

    if axis == "yaw":
        out, inwards = looks("Out"), looks("In")
        return "yaw", float(base.gaze_gain[0]), float(out[0] - inwards[0] + inwards[1] - out[1]) / 2
    if angle > 0:
        return "up", float(base.gaze_gain[1]), float(looks("Up").mean())
    return "down", float(base.gaze_gain[2]), -float(looks("Down").mean())


def _correction(share: float) -> float:
    """Return the factor that corrects a ratio's sign, and its size where that is far from 1."""
    size = 1.0 if 1.0 / SCALE_TOLERANCE < abs(share) < SCALE_TOLERANCE else 1.0 / abs(share)
    return size if share > 0 else -size


def _expressions(samples: Sequence[Observation]) -> FloatArray:
    return np.array([sample.expression for sample in samples])


def _median(samples: Sequence[Observation]) -> _Medians:
    poses = np.array([[sample.pose.get(axis, np.nan) for axis in _ANGLES] for sample in samples])
    gazes = np.array([[sample.gaze.get(axis, np.nan) for axis in GAZE_AXES] for sample in samples])
    return _Medians(
        _percentile(_expressions(samples), 50.0), _percentile(poses, 50.0), _percentile(gazes, 50.0)
    )


def _percentile(values: FloatArray, percent: float) -> FloatArray:
    """Return the percentile of each column, ignoring NaN; NaN for a column without values."""
    found = np.full(values.shape[1], np.nan)
    is_known = ~np.isnan(values).all(axis=0)
    if is_known.any():
        found[is_known] = np.nanpercentile(values[:, is_known], percent, axis=0)
    return found


def _rounded(value: float) -> float:
    return round(float(value), 3)
