"""FaceCorrection: what MediaPipe reports of a face -> what it should have reported, coefficients and gaze.

    correct = FaceCorrection()
    found = correct(found, time_s)              # a FaceObservation again, in the tracker's own units

Some of MediaPipe's coefficients hardly answer, some answer for others, and the same smile is another number on
another face. A small network knows better from the coefficients, the landmarks and the head's angles, each against the
same person's neutral face. It was fitted on drawn faces (`omote-measure tracker --fit`) and is used where that helped
on people whom it had not seen (docs/landmarks.md). What it says is put into the numbers that the profile takes for it,
so that rest, ranges, mirror and a calibration of one's own work as without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import load_profile
from bridge.calibration.rest import Rest, RestLearner
from bridge.expressions.neutral_face import NeutralFace
from bridge.observation import Observation
from protocol.blendshapes import BLENDSHAPES, INDEX
from vision.errors import LandmarkerError
from vision.face_shape import face_shape
from vision.head_pose import head_pose
from vision.landmarker import FaceObservation

Floats = NDArray[np.float32]

#: The network's outputs: the 52 coefficients, then gaze yaw and pitch in radians.
SHAPES: Final = len(BLENDSHAPES)
OUTPUTS: Final = SHAPES + 2
#: Inputs further out than so many of their usual spreads count as this far.
_FARTHEST: Final = 5.0
_BLINKS: Final = np.array([INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]])


def _looks(*names: str) -> NDArray[np.intp]:
    return np.array([INDEX[f"eyeLook{name}"] for name in names])


#: The eyeLook shapes of both eyes for a look to the subject's left and right, up and down.
_TO_LEFT, _TO_RIGHT = _looks("OutLeft", "InRight"), _looks("InLeft", "OutRight")
_UP, _DOWN = _looks("UpLeft", "UpRight"), _looks("DownLeft", "DownRight")


@dataclass(frozen=True, slots=True, eq=False)
class CorrectionWeights:
    """The network: y = (tanh(x first + bias) - tanh(bias)) second + x straight, so that neutral stays neutral.

    Attributes:
        components: (3 K, C) float32, of a shape against neutral. scale: (52 + C + 3,) usual spread of the inputs:
            coefficients, components, yaw, pitch and roll.
        first: (52 + C + 3, H), bias: (H,), second: (H, 54), straight: (52 + C + 3, 54).
        share: (54,) 0..1, how much of each output is taken; 0 leaves it as MediaPipe reports it.
    """

    components: Floats
    scale: Floats
    first: Floats
    bias: Floats
    second: Floats
    straight: Floats
    share: Floats

    def __call__(self, blendshapes: Floats, shape: Floats, angles: Floats) -> Floats:
        """All (..., n), against neutral -> (..., 54): coefficients 0..1, gaze in radians."""
        x = np.concatenate([blendshapes, shape @ self.components, angles], axis=-1) / self.scale
        np.clip(x, -_FARTHEST, _FARTHEST, out=x)
        y = (np.tanh(x @ self.first + self.bias) - np.tanh(self.bias)) @ self.second + x @ self.straight
        np.clip(y[..., :SHAPES], 0.0, 1.0, out=y[..., :SHAPES])
        return np.asarray(y, np.float32)

    def save(self, path: Path) -> None:
        """Write them as plain arrays of half precision."""
        arrays = {name: getattr(self, name).astype(np.float16) for name in self.__slots__}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises LandmarkerError: the file is missing, or holds something else."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                read = cls(**{name: arrays[name].astype(np.float32) for name in cls.__slots__})
        except (OSError, ValueError, KeyError) as error:
            raise LandmarkerError(
                f"{path} holds no correction of faces ({error}); make one with: omote-measure tracker --fit {path}"
            ) from error
        if read.share.shape != (OUTPUTS,):
            raise LandmarkerError(f"{path}: {read.share.shape} outputs, expected ({OUTPUTS},)")
        return read


@cache
def shipped_weights() -> CorrectionWeights:
    """The correction that comes with the bridge."""
    return CorrectionWeights.load(Path(str(files("bridge.expressions") / "face_correction.npz")))


class FaceCorrection:
    """Corrects one person's faces; remembers their neutral. Belongs to one thread."""

    def __init__(self, *, rest: Rest | None = None, weights: CorrectionWeights | None = None) -> None:
        """Args:
        rest: known beforehand; otherwise it is learned.
        weights: None takes those that come with the bridge.
        """
        self._weights = weights or shipped_weights()
        # as shipped, and not a person's own: what they weaken or strengthen is weakened or strengthened afterwards
        self._profile = profile = load_profile()
        self._rest = RestLearner(profile, rest)
        self._neutral = NeutralFace(profile)
        self._share = self._weights.share[:SHAPES]
        self._gaze_share = self._weights.share[SHAPES:]

    def __call__(self, found: FaceObservation, time_s: float) -> FaceObservation:
        """The face with better coefficients; as it is while no neutral is known, and where something is not finite.

        Args:
            time_s: orders the pictures; it may start anywhere.
        """
        raw = found.blendshapes
        pose = head_pose(found.transform)
        shape = face_shape(found)
        measured = np.concatenate([raw, shape, np.array(pose[:3], np.float32)])
        if not np.isfinite(measured).all():
            return found
        rest = self._rest(Observation("", expression=raw.astype(np.float64), pose=pose._asdict()), time_s)
        neutral = self._neutral(raw, pose, measured)
        if neutral is None:
            return found
        against = measured - neutral
        y = self._weights(against[:SHAPES], against[SHAPES:-3], against[-3:])
        return replace(found, blendshapes=self._as_reported(raw, y, rest.expression))

    def _as_reported(self, raw: Floats, y: Floats, rest: NDArray[np.float64]) -> Floats:
        """What the tracker would have reported, for the profile to make these coefficients and this gaze of."""
        profile, sure = self._profile, self._neutral.share
        out = raw.astype(np.float64)
        # 1. Where the eyes look; lids that follow a look down are taken out again by the profile.
        yaw, pitch = y[SHAPES:].tolist()
        sideways, up, down = profile.gaze_gain.tolist()
        looks = rest.copy()
        looks[_TO_LEFT] += max(yaw, 0.0) / sideways
        looks[_TO_RIGHT] += max(-yaw, 0.0) / sideways
        looks[_UP] += max(pitch, 0.0) / up
        looks[_DOWN] += max(-pitch, 0.0) / down
        for places, share in ((_TO_LEFT, 0), (_TO_RIGHT, 0), (_UP, 1), (_DOWN, 1)):
            out[places] += sure * self._gaze_share[share] * (looks[places] - out[places])
        lowered = np.clip((out[_DOWN] - rest[_DOWN]) / (profile.full[_DOWN] - rest[_DOWN]), 0.0, 1.0)
        follow = profile.lids_follow_gaze * lowered
        wanted = y[:SHAPES].astype(np.float64)
        wanted[_BLINKS] = (wanted[_BLINKS] + follow) / (1.0 + follow)
        # 2. The other coefficients, in the range that the profile spreads over 0..1.
        reported = rest + wanted * (profile.full - rest)
        out += sure * self._share * (reported - out)
        return np.asarray(np.clip(out, 0.0, np.maximum(profile.full, 1.0)), np.float32)
