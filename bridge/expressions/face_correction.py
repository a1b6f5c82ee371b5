"""FaceCorrection: corrects MediaPipe's coefficients and gaze with a small network.

    correct = FaceCorrection()
    found = correct(found, time_s)              # a FaceObservation again, in MediaPipe's own units

Some of MediaPipe's coefficients hardly react, some react to other movements, and the same smile gives different values
on different faces. The network estimates coefficients and gaze from MediaPipe's coefficients, the landmarks and the
head's angles, each relative to the person's neutral face. It was fitted on rendered faces (`omote-measure tracker
--fit`), and each output is used as far as it improved unseen people (docs/landmarks.md). Its outputs are converted to
the values that MediaPipe would have to report, so that rest, ranges, mirror and the user's profile work unchanged.
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
from face.array_file import read_arrays
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.errors import FileError
from vision.errors import LandmarkerError
from vision.face_shape import face_shape
from vision.head_pose import head_pose
from vision.landmarker import FaceObservation

Floats = NDArray[np.float32]

#: The network's outputs: the 52 coefficients, then gaze yaw and pitch in radians.
SHAPES: Final = len(BLENDSHAPES)
MAX_BYTES: Final = 64 * 1024 * 1024
OUTPUTS: Final = SHAPES + 2
#: Scaled inputs are clipped to this many standard deviations.
_MAX_INPUT: Final = 5.0
_BLINKS: Final = np.array([INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]])


def _looks(*names: str) -> NDArray[np.intp]:
    return np.array([INDEX[f"eyeLook{name}"] for name in names])


#: The eyeLook shapes of both eyes for a look to the subject's left and right, up and down.
_TO_LEFT, _TO_RIGHT = _looks("OutLeft", "InRight"), _looks("InLeft", "OutRight")
_UP, _DOWN = _looks("UpLeft", "UpRight"), _looks("DownLeft", "DownRight")


@dataclass(frozen=True, slots=True, eq=False)
class CorrectionWeights:
    """The network: y = (tanh(x first + bias) - tanh(bias)) second + x straight, which is 0 for a neutral face.

    Attributes:
        components: (3 K, C) float32, principal components of a shape minus its neutral.
        scale: (52 + C + 3,) standard deviation of the inputs: coefficients, components, yaw, pitch and roll.
        first: (52 + C + 3, H), bias: (H,), second: (H, 54), straight: (52 + C + 3, 54).
        share: (54,) 0..1, the weight of each output; 0 keeps MediaPipe's value.
    """

    components: Floats
    scale: Floats
    first: Floats
    bias: Floats
    second: Floats
    straight: Floats
    share: Floats

    def __call__(self, blendshapes: Floats, shape: Floats, angles: Floats) -> Floats:
        """Evaluate the network.

        Args:
            blendshapes: (..., 52) float32, minus neutral.
            shape: (..., 3 K) float32 landmarks of `face_shape`, minus neutral.
            angles: (..., 3) float32 yaw, pitch, roll in radians, minus neutral.

        Returns:
            (..., 54) float32: coefficients 0..1, then gaze yaw and pitch in radians.
        """
        x = np.concatenate([blendshapes, shape @ self.components, angles], axis=-1) / self.scale
        np.clip(x, -_MAX_INPUT, _MAX_INPUT, out=x)
        y = (np.tanh(x @ self.first + self.bias) - np.tanh(self.bias)) @ self.second + x @ self.straight
        np.clip(y[..., :SHAPES], 0.0, 1.0, out=y[..., :SHAPES])
        return np.asarray(y, np.float32)

    def save(self, path: Path) -> None:
        """Write the weights as an .npz of float16 arrays."""
        arrays = {name: getattr(self, name).astype(np.float16) for name in self.__slots__}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the weights of an .npz file.

        Raises:
            LandmarkerError: the file is missing, or has other contents.
        """
        try:
            arrays = read_arrays(path, max_bytes=MAX_BYTES)
            read = cls(**{name: arrays[name].astype(np.float32) for name in cls.__slots__})
        except (FileError, ValueError, KeyError) as error:
            raise LandmarkerError(
                f"{path} is not a face correction ({error}); make one with: omote-measure tracker --fit {path}"
            ) from error
        if read.share.shape != (OUTPUTS,):
            raise LandmarkerError(f"{path}: {read.share.shape} outputs, expected ({OUTPUTS},)")
        return read


@cache
def shipped_weights() -> CorrectionWeights:
    """The weights that are shipped with the bridge."""
    return CorrectionWeights.load(Path(str(files("bridge.expressions") / "face_correction.npz")))


class FaceCorrection:
    """Corrects one person's faces, relative to the learned neutral face. Belongs to one thread."""

    def __init__(self, *, rest: Rest | None = None, weights: CorrectionWeights | None = None) -> None:
        """A correction that has not learned a neutral face yet.

        Args:
            rest: the person's rest, if known; otherwise it is learned.
            weights: None = the shipped ones.
        """
        self._weights = weights or shipped_weights()
        # The shipped profile, not the user's: the user's gains are applied after the correction.
        self._profile = profile = load_profile()
        self._rest = RestLearner(profile, rest)
        self._neutral = NeutralFace(profile)
        self._share = self._weights.share[:SHAPES]
        self._gaze_share = self._weights.share[SHAPES:]

    def __call__(self, found: FaceObservation, time_s: float) -> FaceObservation:
        """The face with corrected coefficients; unchanged without a neutral face, or with non-finite values.

        Args:
            time_s: orders the pictures; any origin.
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
        """The values that MediaPipe would have to report for the profile to give the network's outputs.

        Args:
            raw: (52,) as MediaPipe reports them. y: (54,) the network's outputs. rest: (52,) of this person.
        """
        profile, sure = self._profile, self._neutral.share
        out = raw.astype(np.float64)
        # 1. Gaze, as eyeLook shapes; the profile removes the lids' part that follows a look down.
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
        # 2. The other coefficients, in the range that the profile maps to 0..1.
        reported = rest + wanted * (profile.full - rest)
        out += sure * self._share * (reported - out)
        return np.asarray(np.clip(out, 0.0, np.maximum(profile.full, 1.0)), np.float32)
