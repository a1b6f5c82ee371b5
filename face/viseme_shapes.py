"""Visemes: target and dominance of lips, jaw and tongue for each kind of sound.

Targets are values 0..1 of a control. Dominance is the alpha of Cohen and Massaro: a [p] has a high dominance for closed
lips and a low one for the jaw; a [t] has a low dominance for the lips, so its neighbours shape them.

Source: M. Cohen, D. Massaro, "Modeling coarticulation in synthetic visual speech", Models and Techniques in Computer
Animation, 1993; targets set by eye on the studio's heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.mouth_controls import CONTROLS

#: Dominance of a sound for controls without a target.
_DEFAULT_DOMINANCE: Final = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Viseme:
    """One kind of sound.

    Attributes:
        targets, dominance: (CONTROLS,) float64 each; targets 0..1.
        seconds: shortest and longest duration.
        reach_s: time constant with which the dominance falls off before and after the sound.
    """

    targets: NDArray[np.float64]
    dominance: NDArray[np.float64]
    seconds: tuple[float, float]
    reach_s: float


def _viseme(seconds: tuple[float, float], reach_s: float, **wanted: tuple[float, float]) -> Viseme:
    targets = np.zeros(len(CONTROLS))
    dominance = np.full(len(CONTROLS), _DEFAULT_DOMINANCE)
    for control, (target, alpha) in wanted.items():
        index = CONTROLS.index(control)
        targets[index], dominance[index] = target, alpha
    return Viseme(targets, dominance, seconds, reach_s)


_LONG, _SHORT = (0.09, 0.20), (0.05, 0.10)
_FAR, _NEAR = 0.085, 0.045

#: A pause: the mouth at rest.
REST: Final = Viseme(np.zeros(len(CONTROLS)), np.ones(len(CONTROLS)), (0.0, 0.0), 0.07)
VOWELS: Final = {
    "a": _viseme(_LONG, _FAR, jaw=(0.56, 1.0), lower=(0.14, 0.8), upper=(0.06, 0.6), pucker=(0, 0.5), closure=(0, 0.8)),
    "ae": _viseme(_LONG, _FAR, jaw=(0.46, 1.0), stretch=(0.28, 0.9), lower=(0.26, 0.8), upper=(0.12, 0.7),
                  pucker=(0, 0.6), closure=(0, 0.8)),
    "uh": _viseme(_SHORT, _FAR, jaw=(0.30, 0.8), lower=(0.10, 0.6), closure=(0, 0.6)),
    "eh": _viseme(_LONG, _FAR, jaw=(0.33, 0.9), stretch=(0.24, 0.8), lower=(0.22, 0.7), upper=(0.08, 0.6),
                  closure=(0, 0.8)),
    "ee": _viseme(_LONG, _FAR, jaw=(0.13, 0.9), stretch=(0.46, 1.0), lower=(0.22, 0.8), upper=(0.10, 0.7),
                  pucker=(0, 0.9), closure=(0, 0.8)),
    "oh": _viseme(_LONG, _FAR, jaw=(0.30, 0.9), pucker=(0.48, 1.0), funnel=(0.34, 0.9), stretch=(0, 0.8),
                  closure=(0, 0.8)),
    "aw": _viseme(_LONG, _FAR, jaw=(0.44, 1.0), pucker=(0.18, 0.9), funnel=(0.48, 1.0), closure=(0, 0.8)),
    "oo": _viseme(_LONG, _FAR, jaw=(0.13, 0.9), pucker=(0.74, 1.0), funnel=(0.24, 0.9), stretch=(0, 0.9),
                  closure=(0, 0.8)),
}  # fmt: skip
CONSONANTS: Final = {
    "p": _viseme(_SHORT, _NEAR, closure=(1, 30.0), jaw=(0.12, 0.4), press=(0.26, 2.0), roll_lower=(0.22, 2.0),
                 roll_upper=(0.18, 1.2), lower=(0, 6.0), upper=(0, 6.0)),
    "f": _viseme(_SHORT, _NEAR, roll_lower=(0.46, 3.0), upper=(0.20, 2.0), jaw=(0.10, 1.0), lower=(0, 2.0),
                 closure=(0.25, 1.5)),
    "th": _viseme(_SHORT, _NEAR, tongue=(0.24, 2.5), jaw=(0.18, 1.2), closure=(0, 1.5), lower=(0.12, 0.8)),
    "t": _viseme(_SHORT, _NEAR, jaw=(0.12, 0.6), lower=(0.14, 0.3), closure=(0, 0.8)),
    "l": _viseme(_SHORT, _NEAR, jaw=(0.22, 0.5), closure=(0, 0.8)),
    "s": _viseme(_SHORT, _NEAR, jaw=(0.06, 1.6), stretch=(0.24, 0.5), lower=(0.22, 0.8), upper=(0.10, 0.7),
                 closure=(0, 1.2)),
    "sh": _viseme(_SHORT, _NEAR, jaw=(0.08, 1.4), funnel=(0.50, 1.4), pucker=(0.26, 1.2), upper=(0.14, 0.8),
                  closure=(0, 1.2)),
    "k": _viseme(_SHORT, _NEAR, jaw=(0.20, 0.3), closure=(0, 0.5)),
    "r": _viseme(_SHORT, _NEAR, jaw=(0.15, 0.5), pucker=(0.34, 0.9), funnel=(0.26, 0.9), closure=(0, 0.8)),
    "w": _viseme(_SHORT, _NEAR, jaw=(0.08, 0.8), pucker=(0.80, 1.8), funnel=(0.20, 1.0), closure=(0.2, 0.8)),
}  # fmt: skip
