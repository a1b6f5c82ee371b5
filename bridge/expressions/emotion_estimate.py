"""EmotionEstimator: estimates the emotion of a tracked face and its intensity; speech does not count.

    estimator = EmotionEstimator()
    estimate = estimator(coefficients, time_s)         # (52,) calibrated; estimate.emotion, estimate.level

In four steps:

1. Signs: the coefficients that indicate emotions. Of the mouth's two sides the weaker one counts. Of the brows the
   mean counts, because a turned head hides one of them, without a brow over a winking eye. The jaw, and lips that
   close, round, roll or press, belong to speech; those used mostly reduce scores.
2. Posture: signs that speech moves too count only as far as they last. A sign of the mouth rises slowly and falls at
   once, so syllables are filtered out.
3. Prototypes: each emotion's score is a weighted sum of signs for it and against it (`PROTOTYPES`).
4. Hysteresis: an emotion begins above BEGIN and ends below END; another replaces it only when its score is higher by
   OVERTAKES. The level is smoothed, so that it never jumps.

MediaPipe measures neither nose wrinkles nor cheeks, so they are not in the prototypes; a relaxed face is not
distinguished from one at rest.

Source: the signs are FACS's emotion predictions (P. Ekman, W. V. Friesen, J. C. Hager, 2002); the weights were
fitted on recorded faces of five people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.observation import Observation
from protocol.blendshapes import INDEX

FloatArray = NDArray[np.float64]

#: Time constants (rise to 63 %) of the signs of the mouth, and of brows and lids.
POSTURE_S: Final = 0.35
BROWS_S: Final = 0.12
#: The scores at which an emotion begins, ends and is at full level.
BEGIN: Final = 0.45
END: Final = 0.28
FULL: Final = 0.85
#: How much higher another emotion's score must be to replace the current one.
OVERTAKES: Final = 0.12
#: Time constant of the level.
EASE_S: Final = 0.18
#: A level below this counts as no emotion.
MIN_LEVEL: Final = 0.02
#: Longer pauses between two pictures count as this long.
MAX_STEP_S: Final = 0.5

#: Signs of the mouth, which speech moves too.
MOUTH: Final = ("mouthSmile", "mouthFrown", "mouthUpperUp", "mouthStretch", "mouthShrugLower", "oneSided")
BROWS_AND_LIDS: Final = ("browDown", "browInnerUp", "browOuterUp", "eyeWide", "eyeSquint")
#: Signs of speech, used mostly with negative weights.
SPEECH: Final = ("jawOpen", "mouthPucker", "mouthAside")
SIGNS: Final = (*MOUTH, *BROWS_AND_LIDS, *SPEECH)

#: emotion -> sign -> weight.
PROTOTYPES: Final[dict[str, dict[str, float]]] = {
    "happy": {"mouthSmile": 1.0, "eyeSquint": 0.1, "mouthPucker": -0.5, "browDown": -0.3, "oneSided": -0.3},
    "sad": {"mouthFrown": 0.9, "browInnerUp": 0.5, "mouthShrugLower": 0.3, "browOuterUp": -0.5,
            "mouthSmile": -0.8, "browDown": -0.4, "eyeWide": -0.5},
    "angry": {"browDown": 1.25, "eyeSquint": 0.15, "mouthFrown": 0.2, "mouthSmile": -0.6,
              "browInnerUp": -0.4, "mouthUpperUp": -0.2, "mouthAside": -0.6},
    "surprised": {"eyeWide": 0.7, "browOuterUp": 0.4, "browInnerUp": 0.2, "jawOpen": 0.3, "browDown": -0.5,
                  "mouthSmile": -0.4, "mouthStretch": -0.4},
    "afraid": {"eyeWide": 0.7, "browInnerUp": 0.4, "mouthStretch": 0.8, "browOuterUp": -0.1,
               "mouthSmile": -0.3},
    "disgusted": {"mouthUpperUp": 0.8, "browDown": 0.5, "eyeSquint": 0.3, "mouthSmile": -0.9, "eyeWide": -0.5,
                  "jawOpen": -0.5},
    "contemptuous": {"oneSided": 1.1, "mouthSmile": -0.4, "browInnerUp": -0.3, "jawOpen": -0.8,
                     "mouthAside": -0.4},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmotionEstimate:
    """The emotion of a face.

    Attributes:
        emotion: its name; "" = none.
        level: 0..1, smoothed; 0 without an emotion.
        scores: emotion -> its score in this picture, for diagnosis.
    """

    emotion: str
    level: float
    scores: dict[str, float]


def estimated(observation: Observation, estimate: EmotionEstimate) -> Observation:
    """The observation with this emotion: value 1 at a weight of its level, which the runtime multiplies."""
    emotion = {estimate.emotion: 1.0} if estimate.level >= MIN_LEVEL else {}
    return replace(observation, emotion=emotion, emotion_weight=estimate.level)


def signs(coefficients: FloatArray) -> FloatArray:
    """The signs of one picture.

    Args:
        coefficients: (52,) calibrated, 0..1, NaN = unknown, which counts as 0.

    Returns:
        (len(SIGNS),) float64, 0..1.
    """
    known = np.nan_to_num(coefficients)

    def sides(name: str) -> tuple[float, float]:
        return float(known[INDEX[f"{name}Left"]]), float(known[INDEX[f"{name}Right"]])

    def sign(name: str) -> float:
        if name in INDEX:
            return float(known[INDEX[name]])
        if name == "mouthAside":
            return max(sides("mouth"))
        if name == "oneSided":  # one corner of the mouth is pulled up or in, the other is not
            left, right = (max(of) for of in zip(sides("mouthSmile"), sides("mouthDimple"), strict=True))
            return abs(left - right)
        left, right = sides(name)
        if name in BROWS_AND_LIDS:
            return left * (1.0 - wink[0]) / 2.0 + right * (1.0 - wink[1]) / 2.0
        return min(left, right)

    blink = sides("eyeBlink")
    wink = [min(max(2.0 * (one - other) - 1.0, 0.0), 1.0) for one, other in (blink, blink[::-1])]
    return np.array([sign(name) for name in SIGNS])


class EmotionEstimator:
    """Keeps the smoothed signs and the current emotion. Belongs to one thread; time is an argument."""

    def __init__(self) -> None:
        """An estimator without an emotion."""
        self._signs = np.zeros(len(SIGNS))
        self._weights = np.array([[of.get(sign, 0.0) for sign in SIGNS] for of in PROTOTYPES.values()])
        self._emotion = ""
        self._level = 0.0
        self._time_s: float | None = None

    def __call__(self, coefficients: FloatArray, time_s: float) -> EmotionEstimate:
        """Estimate the emotion after one more picture.

        Args:
            coefficients: (52,) calibrated, 0..1, NaN = unknown.
            time_s: the picture's time; any origin.
        """
        step_s = 0.0 if self._time_s is None else min(max(time_s - self._time_s, 0.0), MAX_STEP_S)
        is_first, self._time_s = self._time_s is None, time_s
        seen = signs(coefficients)
        if not is_first:
            self._smooth(seen, step_s)
        scores = self._weights @ self._signs
        by_name = dict(zip(PROTOTYPES, scores.tolist(), strict=True))
        self._choose(by_name)
        wanted = 0.0
        if self._emotion and by_name[self._emotion] > END:
            wanted = min((by_name[self._emotion] - END) / (FULL - END), 1.0)
        self._level += (wanted - self._level) * (1.0 - np.exp(-step_s / EASE_S))
        return EmotionEstimate(self._emotion, float(self._level) if self._emotion else 0.0, by_name)

    def _smooth(self, seen: FloatArray, step_s: float) -> None:
        """Smooth the signs: those of the mouth rise slowly and fall at once, brows and lids rise and fall alike."""
        mouth, upper = slice(0, len(MOUTH)), slice(len(MOUTH), len(MOUTH) + len(BROWS_AND_LIDS))
        speech = slice(len(MOUTH) + len(BROWS_AND_LIDS), len(SIGNS))
        posture = self._signs[mouth]
        posture += (seen[mouth] - posture) * (1.0 - np.exp(-step_s / POSTURE_S))
        np.minimum(posture, seen[mouth], out=posture)
        self._signs[upper] += (seen[upper] - self._signs[upper]) * (1.0 - np.exp(-step_s / BROWS_S))
        self._signs[speech] = seen[speech]

    def _choose(self, scores: dict[str, float]) -> None:
        """Begin, end or replace the emotion."""
        best = max(scores, key=lambda emotion: scores[emotion])
        if self._emotion == "":
            if scores[best] >= BEGIN:
                self._emotion, self._level = best, 0.0
        elif best != self._emotion and scores[best] >= max(BEGIN, scores[self._emotion] + OVERTAKES):
            self._emotion, self._level = best, 0.0
        elif scores[self._emotion] < END and self._level < MIN_LEVEL:
            self._emotion = ""
