"""PortraitRest: a face at rest looks like its portrait, and a driver's values are changes against that.

    rest = PortraitRest(rig.portrait)
    rest(motion.values)                  # in place: from changes against rest to what an engine draws

Every coefficient keeps the face's own range: 0 is the portrait's value, 1 is 1, and all between rises steadily, so that
a blink closes a lid that hung already. What contradicts the driver leaves the face: a frown takes away the portrait's
smile, pressed lips shut its parted lips, and an emotion, which is absolute, its whole expression. The result depends on
the Motion and the portrait alone, and continuously, so that nothing jumps.

Source: the idea of relative motion from LivePortrait (arXiv 2407.03168, section 3.1, equation 2).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import angles, rotation
from face.motion import NEUTRAL
from protocol.blendshapes import INDEX
from protocol.channels import CHANNELS, EMOTIONS, LAYER_SLICE

Floats = NDArray[np.float32]

_SIDES: Final = ("Left", "Right")
#: (portrait's shape, driver's shape): the second at 1 takes all of the first away.
OPPOSED: Final = (
    *((f"mouthSmile{side}", f"mouthFrown{side}") for side in _SIDES),
    *((f"mouthFrown{side}", f"mouthSmile{side}") for side in _SIDES),
    *((f"{name}{side}", "mouthPucker") for name in ("mouthSmile", "mouthStretch") for side in _SIDES),
    *(("mouthPucker", f"mouthSmile{side}") for side in _SIDES),
    *((f"eyeWide{side}", f"{name}{side}") for name in ("eyeBlink", "eyeSquint") for side in _SIDES),
    *((f"{name}{side}", f"eyeWide{side}") for name in ("eyeBlink", "eyeSquint") for side in _SIDES),
    *((f"browDown{side}", name) for side in _SIDES for name in ("browInnerUp", f"browOuterUp{side}")),
    *(("browInnerUp", f"browDown{side}") for side in _SIDES),
    *((f"browOuterUp{side}", f"browDown{side}") for side in _SIDES),
    *((f"mouthPress{side}", "jawOpen") for side in _SIDES),
    *((f"mouthRoll{lip}", "jawOpen") for lip in ("Upper", "Lower")),
)
#: Shapes that part the lips: pressed, rolled or closed lips take the portrait's own away.
PARTING: Final = (
    "jawOpen", "mouthFunnel", *(f"{name}{side}" for name in ("mouthUpperUp", "mouthLowerDown") for side in _SIDES),
)  # fmt: skip

_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
_PARTING: Final = np.array([INDEX[name] for name in PARTING])
_PRESS: Final = np.array([INDEX["mouthPressLeft"], INDEX["mouthPressRight"]])
_ROLL: Final = np.array([INDEX["mouthRollUpper"], INDEX["mouthRollLower"]])
#: jawOpen below which mouthClose counts for less: at a jaw that hardly opens there is little to close.
_LEAST_JAW: Final = 0.1
#: A driver's rest that leaves less room than this up to 1 is taken as this.
_HIGHEST_REST: Final = 0.9
_POSE, _EXPRESSION, _GAZE, _EMOTION = (
    LAYER_SLICE[layer] for layer in ("pose", "expression", "gaze", "emotion")
)
_EIGHT: Final = slice(_EMOTION.start, _EMOTION.start + len(EMOTIONS))


def _rounds() -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """OPPOSED as index arrays in which no portrait's shape is named twice, so that each may be multiplied at once."""
    left, found = list(OPPOSED), []
    while left:
        taken = dict(reversed(left))
        found.append(
            (np.array([INDEX[own] for own in taken]), np.array([INDEX[driver] for driver in taken.values()]))
        )
        left = [pair for pair in left if taken[pair[0]] != pair[1]]
    return found


class PortraitRest:
    """The mapping of one portrait; owns its work arrays, so it is used from one thread."""

    def __init__(self, portrait: Floats, rest: Floats | None = None) -> None:
        """Keep what stays fixed.

        Args:
            portrait: (CHANNELS,) the Motion with which the avatar looks like its portrait, as in `face.rig.HeadRig`.
            rest: (CHANNELS,) what the driver reports at rest, for one that is not calibrated; None = neutral. Values
                below it take the portrait's own away, down to 0.
        """
        assert portrait.shape == (len(CHANNELS),)
        rest = NEUTRAL if rest is None else rest
        self._own = np.clip(portrait[_EXPRESSION], 0.0, 1.0).astype(np.float32)
        self._turn = rotation(*(float(v) for v in portrait[_POSE][:3]))
        self._gaze = (portrait[_GAZE] - rest[_GAZE]).astype(np.float32)
        self._rest = np.clip(rest[_EXPRESSION], 0.0, _HIGHEST_REST).astype(np.float32)
        self._room = 1.0 / (1.0 - self._rest)
        #: A driver's value over its rest is how much of the portrait's own is kept; all of it where rest is 0.
        self._rise = 1.0 / np.maximum(self._rest, 1e-3)
        self._floor = (self._rest < 1e-3).astype(np.float32)
        self._rounds = _rounds()
        self._change = np.zeros(52, np.float32)
        self._keep = np.zeros(52, np.float32)
        self._made = np.zeros(len(CHANNELS), np.float32)

    def __call__(self, values: Floats, share: Floats | None = None) -> None:
        """Map a Motion's values, in place.

        Args:
            values: (CHANNELS,) float32; in: changes against rest, out: absolute. View and emotion stay as they are.
            share: (CHANNELS,) 0..1, how far each channel is a change and not absolute already; None = 1.
        """
        made = self._made
        made[:] = values
        made[_POSE][:3] = angles(rotation(*(float(v) for v in values[_POSE][:3])) @ self._turn)
        made[_GAZE] += self._gaze
        self._express(values, out=made[_EXPRESSION])
        if share is not None:
            made -= values
            made *= share
            made += values
        values[:] = made

    def _express(self, values: Floats, out: Floats) -> None:
        """The 52 coefficients: what is kept of the portrait's own, then the driver's change in the room that is left."""
        x, change, keep = values[_EXPRESSION], self._change, self._keep
        np.subtract(x, self._rest, out=change)
        np.maximum(change, 0.0, out=change)
        change *= self._room
        np.minimum(change, 1.0, out=change)
        np.multiply(x, self._rise, out=keep)
        np.maximum(keep, self._floor, out=keep)
        np.minimum(keep, 1.0, out=keep)
        for own, driver in self._rounds:
            keep[own] *= 1.0 - change[driver]
        keep[_PARTING] *= 1.0 - sealed(change)
        keep *= np.prod(1.0 - values[_EIGHT])
        keep *= self._own
        np.subtract(1.0, keep, out=out)
        out *= change
        out += keep


def sealed(change: Floats) -> float:
    """How far pressed, rolled or closed lips (52,) shut the mouth, 0..1."""
    closed = min(float(change[_CLOSE]), float(change[_JAW])) / max(float(change[_JAW]), _LEAST_JAW)
    pressed, rolled = float(change[_PRESS].mean()), float(change[_ROLL].mean())
    return 1.0 - (1.0 - closed) * (1.0 - pressed) * (1.0 - rolled)
