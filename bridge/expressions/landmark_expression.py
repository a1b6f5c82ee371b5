"""LandmarkExpression: OpenSeeFace's 3D landmarks -> ARKit coefficients and gaze, relative to a neutral face.

OpenSeeFace's own features are scaled by the extremes seen so far: their first seconds are unusable, and the same
face gives other values in the next run. So this module measures distances between landmarks, relative to a neutral
face that it learns continuously.

    estimate = LandmarkExpression()
    expression, gaze = estimate(points, confidence, time_s)

Source: landmarks similar to iBUG-68 (66 and two pupils), in the head's own frame; gains fitted on recordings of two
people, with MediaPipe as reference.
"""

from __future__ import annotations

from math import asin, nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX

FloatArray = NDArray[np.float64]

#: The neutral face is the median of this long at the start.
LEARN_S: Final = 1.0
#: Later the neutral face needs this long to cross its whole allowed range: slower than any expression.
DRIFT_S: Final = 120.0
MAX_SAMPLES: Final = 120
#: Millimetres: between the corners of an eye, from the eyes to the base of the nose, radius of an eyeball.
EYE_MM, HEIGHT_MM, EYEBALL_MM = 29.0, 50.0, 12.0

_BROWS, _EYES, _MOUTH = slice(17, 27), slice(36, 48), slice(48, 66)


class FaceMeasures(NamedTuple):
    """Distances on a face.

    Unit along x: the distance of the outer eye corners. Unit along y (down): the height from the eyes to the base of
    the nose. Eye openings and `pupil_x`: the width of the eye.
    """

    eye_right: float  # opening; right and left are the subject's
    eye_left: float
    pupil_x: float  # from the middle of the eyes to the subject's left, mean of both
    pupil_y: float  # below the corners of the eyes
    brow_inner_right: float  # above the eyes
    brow_inner_left: float
    brow_outer_right: float
    brow_outer_left: float
    width: float  # of the mouth
    corner_right: float  # below the eyes, as the values that follow
    corner_left: float
    upper_right: float  # upper edge of the upper lip
    upper_left: float
    lower: float  # upper edge of the lower lip
    gap: float  # between the lips


#: An average neutral face, and how far a person's own may differ from it; more counts as expression.
NEUTRAL: Final = FaceMeasures(
    eye_right=0.48, eye_left=0.52, pupil_x=0.0, pupil_y=-0.043,
    brow_inner_right=0.53, brow_inner_left=0.53, brow_outer_right=0.53, brow_outer_left=0.53,
    width=0.58, corner_right=1.42, corner_left=1.42, upper_right=1.31, upper_left=1.31, lower=1.50, gap=0.06,
)  # fmt: skip
_RANGE: Final = np.array(FaceMeasures(
    eye_right=0.18, eye_left=0.18, pupil_x=0.06, pupil_y=0.03,
    brow_inner_right=0.20, brow_inner_left=0.20, brow_outer_right=0.20, brow_outer_left=0.20,
    width=0.035, corner_right=0.12, corner_left=0.12, upper_right=0.12, upper_left=0.12, lower=0.12, gap=0.06,
))  # fmt: skip
_LOWEST: Final = np.array(NEUTRAL) - _RANGE
_HIGHEST: Final = np.array(NEUTRAL) + _RANGE
#: Measures, their landmarks and the mean confidence below which they keep their last value for `HOLD_S`, and then
#: return to neutral: the small models lose raised brows, with a low confidence.
_TRUSTED: Final = ((slice(4, 8), _BROWS, 0.70), (slice(0, 4), _EYES, 0.50), (slice(8, 15), _MOUTH, 0.50))

HOLD_S: Final = 2.0
#: Share of the distance to neutral that a measure returns by in each frame after `HOLD_S`.
_RETURN: Final = 0.1


class LandmarkExpression:
    """Estimates the expression of one face, and learns its neutral. Belongs to one thread."""

    def __init__(self) -> None:
        """An estimator that starts with the average neutral face."""
        self._neutral = NeutralMeasures()
        self._last = np.array(NEUTRAL)
        self._sure_s = [float("-inf")] * len(_TRUSTED)  # when each group was measured with confidence

    def __call__(
        self, points: FloatArray, confidence: FloatArray, time_s: float
    ) -> tuple[FloatArray, dict[str, float]]:
        """Estimate the expression in one frame.

        Args:
            points: (68, 2) float64, x to the subject's left, y down, any unit, in the head's own frame; finite.
            confidence: (68,), 0..1.
            time_s: orders the frames; any origin; may jump.

        Returns:
            (52,) float64 coefficients 0..1 in the order of `BLENDSHAPES`, NaN for those that these landmarks do not
            show; and gaze yaw and pitch in radians.
        """
        measured = measure(points)
        if measured is not None:
            values = np.array(measured)
            for group, (place, landmarks, least) in enumerate(_TRUSTED):
                if float(confidence[landmarks].mean()) >= least:
                    self._last[place] = values[place]
                    self._sure_s[group] = time_s
                elif abs(time_s - self._sure_s[group]) > HOLD_S:
                    self._last[place] += _RETURN * (self._neutral.values[place] - self._last[place])
        now = FaceMeasures(*self._last.tolist())
        neutral = FaceMeasures(*self._neutral(self._last, time_s).tolist())
        return coefficients(now, neutral), gaze(now, neutral)


class NeutralMeasures:
    """Learns the measures of a neutral face: the median of the first second, later a running median.

    The running median moves by a small fixed step towards every frame, so that a wide smile weighs no more than a
    small one.

    Attributes:
        values: (15,) float64, the measures of the neutral face so far.
    """

    def __init__(self) -> None:
        """The average neutral face; nothing learned yet."""
        self._samples: list[FloatArray] = []
        self.values = np.array(NEUTRAL)
        self._begin_s: float | None = None
        self._last_s = 0.0

    def __call__(self, measures: FloatArray, time_s: float) -> FloatArray:
        """Learn from one frame's measures (15,); return those of the neutral face so far, (15,) float64."""
        if self._begin_s is None:
            self._begin_s = self._last_s = time_s
        since_s = min(max(time_s - self._last_s, 0.0), 0.1)
        self._last_s = time_s
        if 0.0 <= time_s - self._begin_s <= LEARN_S and len(self._samples) < MAX_SAMPLES:
            self._samples.append(measures.copy())
            self.values = np.median(np.array(self._samples), axis=0)
        else:
            step = _RANGE * (2.0 * since_s / DRIFT_S)
            self.values = self.values + np.minimum(np.maximum(measures - self.values, -step), step)
        self.values = np.minimum(np.maximum(self.values, _LOWEST), _HIGHEST)
        return self.values


def measure(points: FloatArray) -> FaceMeasures | None:
    """The measures of (68, 2) landmarks, x to the subject's left, y down; None if they cannot be a face."""
    # Origin between the outer corners of the eyes (36 the right one's, 45 the left one's).
    across = points[45, 0] - points[36, 0]
    down = points[33, 1] - (points[36, 1] + points[45, 1]) / 2
    if not (across > 1e-6 and down > 1e-6):
        return None
    # As lists: the means below are of two to four numbers, where numpy costs more than the arithmetic.
    x = ((points[:, 0] - (points[36, 0] + points[45, 0]) / 2) / across).tolist()
    y = ((points[:, 1] - (points[36, 1] + points[45, 1]) / 2) / down).tolist()
    right_eye, left_eye = x[39] - x[36], x[45] - x[42]
    if min(right_eye, left_eye) < 0.05:
        return None

    def mean(of: list[float], *places: int) -> float:
        return sum([of[place] for place in places]) / len(places)

    upper_inner, lower_inner = mean(y, 59, 60, 61), mean(y, 63, 64, 65)
    measured = FaceMeasures(
        eye_right=(mean(y, 40, 41) - mean(y, 37, 38)) / right_eye,
        eye_left=(mean(y, 46, 47) - mean(y, 43, 44)) / left_eye,
        pupil_x=((x[66] - (x[36] + x[39]) / 2) / right_eye + (x[67] - (x[42] + x[45]) / 2) / left_eye) / 2,
        pupil_y=mean(y, 66, 67) - mean(y, 36, 39, 42, 45),
        brow_inner_right=-mean(y, 20, 21),
        brow_inner_left=-mean(y, 22, 23),
        brow_outer_right=-mean(y, 17, 18, 19),
        brow_outer_left=-mean(y, 24, 25, 26),
        width=x[62] - x[58],
        corner_right=y[58],
        corner_left=y[62],
        upper_right=y[49],
        upper_left=y[51],
        lower=lower_inner,
        gap=lower_inner - upper_inner,
    )
    # The measures of a face are about 1; the bound keeps later results finite.
    return measured if max(map(abs, measured)) < 20.0 else None


def coefficients(now: FaceMeasures, neutral: FaceMeasures) -> FloatArray:
    """(52,) float64 coefficients 0..1 in the order of `BLENDSHAPES`; NaN = not visible in these landmarks."""
    found = [nan] * len(BLENDSHAPES)

    def put(name: str, value: float) -> None:
        found[INDEX[name]] = min(max(value, 0.0), 1.0)

    change = FaceMeasures(*(new - old for new, old in zip(now, neutral, strict=True)))
    lids = _pupil_on_lashes(now, neutral)
    jaw = change.lower
    put("jawOpen", min(1.25 * jaw, 1.6 * change.gap))

    # Both sides share the width: it is the only measure of the mouth that turning the head does not change.
    wider = change.width / 2
    narrow = min(max(-wider / 0.04, 0.0), 1.0)
    open_share = min(max(change.gap / 0.3, 0.0), 1.0)
    put("mouthPucker", narrow * (1.0 - 0.5 * open_share))
    put("mouthFunnel", narrow * open_share)

    right = (now.eye_right / max(neutral.eye_right, 0.1), change.corner_right, change.upper_right)
    left = (now.eye_left / max(neutral.eye_left, 0.1), change.corner_left, change.upper_left)
    for side, (opening, corner, upper) in (("Right", right), ("Left", left)):
        # Lids. The small models never report them shut, but then place the pupil on the lashes.
        put("eyeBlink" + side, max((0.9 - opening) / 0.6, lids))
        put("eyeWide" + side, (opening - 1.1) / 0.25)
        # Corners. An open jaw lowers them by about half its own distance.
        rise = 0.5 * jaw - corner
        put("mouthSmile" + side, 8.5 * wider + min(rise, 0.2) if wider > 0.0 else 0.5 * (rise - 0.1))
        put("mouthFrown" + side, 8.0 * (-rise - 0.03))
        put("mouthStretch" + side, 4.0 * wider * (1.0 - min(max(rise / 0.08, 0.0), 1.0)))
        put("mouthUpperUp" + side, -6.0 * upper)
    put("browDownRight", (-change.brow_inner_right - 0.02) / 0.10)
    put("browDownLeft", (-change.brow_inner_left - 0.02) / 0.10)
    put("browOuterUpRight", (change.brow_outer_right - 0.02) / 0.13)
    put("browOuterUpLeft", (change.brow_outer_left - 0.02) / 0.13)
    put("browInnerUp", ((change.brow_inner_left + change.brow_inner_right) / 2 - 0.02) / 0.13)
    return np.array(found)


def gaze(now: FaceMeasures, neutral: FaceMeasures) -> dict[str, float]:
    """Yaw and pitch of both eyes, radians, from the pupils' distance on eyeballs of average size."""
    sideways = (now.pupil_x - neutral.pupil_x) * EYE_MM / EYEBALL_MM
    downwards = (now.pupil_y - neutral.pupil_y) * HEIGHT_MM / EYEBALL_MM
    pitch = -asin(min(max(downwards, -0.8), 0.8))
    # A pupil that was placed on the lashes gives no direction.
    return {
        "yaw": asin(min(max(sideways, -0.8), 0.8)),
        "pitch": pitch * (1.0 - _pupil_on_lashes(now, neutral)),
    }


def _pupil_on_lashes(now: FaceMeasures, neutral: FaceMeasures) -> float:
    """The certainty, 0..1, that the pupil was placed on the lashes of shut lids: lower than eyes can look."""
    return min(max((now.pupil_y - neutral.pupil_y - 0.05) / 0.04, 0.0), 1.0)
