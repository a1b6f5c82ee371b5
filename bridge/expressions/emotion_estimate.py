"""EmotionEstimator: which emotion a tracked face shows, and how much; speech is not one.

    estimator = EmotionEstimator()
    estimate = estimator(coefficients, time_s)         # (52,) calibrated; estimate.emotion, estimate.level

In four steps, each as plain as it can be:

1. Signs: the coefficients that tell emotions. Of the mouth's sides the weaker one counts; of the brows both,
   because a turned head hides one of them, but not over an eye that winks. The jaw, and lips that close,
   round, roll or press, belong to speech and are not looked at, except that they take away from the rest.
2. Posture: what speech also moves counts as far as it stays. A sign of the mouth rises slowly and falls at
   once, so syllables leave nothing of themselves.
3. Prototypes: each emotion's score is a sum of signs for it and against it (`PROTOTYPES`).
4. Hysteresis: an emotion begins above BEGIN and ends below END; another takes over only when it is clearly
   stronger. The level is eased, so that nothing jumps.

What this tracker cannot see (noses that wrinkle, cheeks) is not in the prototypes; a relaxed face is not told
from one at rest.

Source: the signs are FACS's emotion predictions (P. Ekman, W. V. Friesen, J. C. Hager, 2002); the weights were
found on recorded faces of five people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.observation import Observation
from protocol.blendshapes import INDEX

FloatArray = NDArray[np.float64]

#: Seconds in which a sign of the mouth rises to 63 % of what stays, and the same for brows and lids.
POSTURE_S: Final = 0.35
BROWS_S: Final = 0.12
#: Scores at which an emotion begins and ends, and that count as full.
BEGIN: Final = 0.45
END: Final = 0.28
FULL: Final = 0.85
#: How much stronger another one has to be to take over.
OVERTAKES: Final = 0.12
EASE_S: Final = 0.18
#: A level below this is none.
LEAST: Final = 0.02
#: A pause longer than this is no pause between two pictures.
MAX_STEP_S: Final = 0.5

#: Signs that speech moves too.
MOUTH: Final = ("mouthSmile", "mouthFrown", "mouthUpperUp", "mouthStretch", "mouthShrugLower", "oneSided")
UPPER: Final = ("browDown", "browInnerUp", "browOuterUp", "eyeWide", "eyeSquint")
#: Speech itself, which takes away from the signs.
AGAINST: Final = ("jawOpen", "mouthPucker", "mouthAside")
SIGNS: Final = (*MOUTH, *UPPER, *AGAINST)

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
    """What a face shows: one emotion, or "" and 0.

    Attributes:
        level: 0..1, eased.
        scores: emotion -> its score in this picture, for people who look closer.
    """

    emotion: str
    level: float
    scores: dict[str, float]


def estimated(observation: Observation, estimate: EmotionEstimate) -> Observation:
    """The observation with this emotion, at full under a weight of its level: the runtime multiplies the two."""
    emotion = {estimate.emotion: 1.0} if estimate.level >= LEAST else {}
    return replace(observation, emotion=emotion, emotion_weight=estimate.level)


def signs(coefficients: FloatArray) -> FloatArray:
    """The signs of one picture, (len(SIGNS),), from its calibrated coefficients; unknown ones count 0."""
    known = np.nan_to_num(coefficients)

    def sides(name: str) -> tuple[float, float]:
        return float(known[INDEX[f"{name}Left"]]), float(known[INDEX[f"{name}Right"]])

    def sign(name: str) -> float:
        if name in INDEX:
            return float(known[INDEX[name]])
        if name == "mouthAside":
            return max(sides("mouth"))
        if name == "oneSided":  # a corner that is drawn up or in while the other is not
            left, right = (max(of) for of in zip(sides("mouthSmile"), sides("mouthDimple"), strict=True))
            return abs(left - right)
        left, right = sides(name)
        if name in UPPER:
            return left * (1.0 - wink[0]) / 2.0 + right * (1.0 - wink[1]) / 2.0
        return min(left, right)

    blink = sides("eyeBlink")
    wink = [min(max(2.0 * (one - other) - 1.0, 0.0), 1.0) for one, other in (blink, blink[::-1])]
    return np.array([sign(name) for name in SIGNS])


class EmotionEstimator:
    """Remembers postures and the emotion that is on. Belongs to one thread; time is an argument."""

    def __init__(self) -> None:
        self._signs = np.zeros(len(SIGNS))
        self._weights = np.array([[of.get(sign, 0.0) for sign in SIGNS] for of in PROTOTYPES.values()])
        self._emotion = ""
        self._level = 0.0
        self._time_s: float | None = None

    def __call__(self, coefficients: FloatArray, time_s: float) -> EmotionEstimate:
        """Take one picture of a tracked face."""
        step_s = 0.0 if self._time_s is None else min(max(time_s - self._time_s, 0.0), MAX_STEP_S)
        is_first, self._time_s = self._time_s is None, time_s
        seen = signs(coefficients)
        if not is_first:
            self._settle(seen, step_s)
        scores = self._weights @ self._signs
        by_name = dict(zip(PROTOTYPES, scores.tolist(), strict=True))
        self._choose(by_name)
        wanted = 0.0
        if self._emotion and by_name[self._emotion] > END:
            wanted = min((by_name[self._emotion] - END) / (FULL - END), 1.0)
        self._level += (wanted - self._level) * (1.0 - np.exp(-step_s / EASE_S))
        return EmotionEstimate(self._emotion, float(self._level) if self._emotion else 0.0, by_name)

    def _settle(self, seen: FloatArray, step_s: float) -> None:
        """Postures rise slowly and fall at once; brows and lids are only smoothed."""
        mouth, upper = slice(0, len(MOUTH)), slice(len(MOUTH), len(MOUTH) + len(UPPER))
        against = slice(len(MOUTH) + len(UPPER), len(SIGNS))
        posture = self._signs[mouth]
        posture += (seen[mouth] - posture) * (1.0 - np.exp(-step_s / POSTURE_S))
        np.minimum(posture, seen[mouth], out=posture)
        self._signs[upper] += (seen[upper] - self._signs[upper]) * (1.0 - np.exp(-step_s / BROWS_S))
        self._signs[against] = seen[against]

    def _choose(self, scores: dict[str, float]) -> None:
        """Begin, end, or hand over."""
        best = max(scores, key=lambda emotion: scores[emotion])
        if self._emotion == "":
            if scores[best] >= BEGIN:
                self._emotion, self._level = best, 0.0
        elif best != self._emotion and scores[best] >= max(BEGIN, scores[self._emotion] + OVERTAKES):
            self._emotion, self._level = best, 0.0
        elif scores[self._emotion] < END and self._level < LEAST:
            self._emotion = ""
