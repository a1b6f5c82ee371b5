"""PortraitReader: LivePortrait's F and M and its retargeting networks on the CPU, for making avatars.

reader = PortraitReader(find_liveportrait())
seen = reader.read(picture)            # (reader.side, reader.side, 3) uint8 -> SeenFace
volume = reader.appearance(picture)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.liveportrait.portrait_face import KEYPOINTS
from inference.errors import ModelError
from inference.session import Session, open_session
from inference.weight_search import FoundWeights

Floats = NDArray[np.float32]
#: Degrees of a bin of M's angles, and of the first.
_BIN_DEG, _FIRST_DEG = 3.0, -97.5
_COUNTS: Final = {"exp": 3 * KEYPOINTS, "kp": 3 * KEYPOINTS, "t": 3, "scale": 1}


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """What M sees in a picture; attributes as of `face.liveportrait.portrait_face.PortraitFace`."""

    keypoints: Floats
    expression: Floats
    angles_deg: Floats
    translation: Floats
    scale: Floats


class PortraitReader:
    """Used from one thread.

    Args:
        found: the ONNX files.
    """

    def __init__(self, found: FoundWeights) -> None:
        """Open the networks; half a second.

        Raises:
            ProviderError: ONNX Runtime cannot run one.
            ModelError: a file is another network.
        """
        self._found = found
        self._motion = open_session(found.files["motion_extractor.onnx"], "cpu")
        self._appearance = open_session(found.files["appearance_feature_extractor.onnx"], "cpu")
        self._check("motion_extractor.onnx", self._motion, set(_COUNTS) | {"pitch", "yaw", "roll"})
        self._check("appearance_feature_extractor.onnx", self._appearance, {"output"})

    def _check(self, file: str, session: Session, outputs: set[str]) -> None:
        if set(session.inputs) != {"img"} or set(session.outputs) != outputs:
            raise ModelError(
                f"{self._found.files[file]} has the inputs {', '.join(session.inputs)} and the outputs "
                f"{', '.join(session.outputs)}, expected img and {', '.join(sorted(outputs))}; is it LivePortrait's?"
            )
        for name, count in _COUNTS.items():
            if name in outputs and session.outputs[name].size != count:
                raise ModelError(
                    f"{self._found.files[file]}: {name} has {session.outputs[name].size} numbers, expected {count}; "
                    "is it LivePortrait's for human faces?"
                )

    @property
    def side(self) -> int:
        """Of the pictures that `read` takes, pixels; 256 for LivePortrait's own networks."""
        return int(self._motion.inputs["img"].shape[-1])

    def appearance(self, picture: NDArray[np.uint8]) -> Floats:
        """F's volume (1, C, D, H, W) of a picture (S, S, 3) uint8 sRGB; networks of one's own may read smaller ones."""
        wanted = int(self._appearance.inputs["img"].shape[-1])
        if wanted != len(picture):
            picture = np.asarray(
                cv2.resize(picture, (wanted, wanted), interpolation=cv2.INTER_AREA), np.uint8
            )
        _show(self._appearance, picture)
        return self._appearance.outputs["output"].copy()

    def read(self, picture: NDArray[np.uint8]) -> SeenFace:
        """What M sees in a picture (S, S, 3) uint8 sRGB."""
        _show(self._motion, picture)
        out = {name: values.reshape(-1) for name, values in self._motion.outputs.items()}
        return SeenFace(
            keypoints=out["kp"].reshape(KEYPOINTS, 3).copy(),
            expression=out["exp"].reshape(KEYPOINTS, 3).copy(),
            angles_deg=np.array([angle_deg(out[name]) for name in ("pitch", "yaw", "roll")], np.float32),
            translation=out["t"].copy(),
            scale=out["scale"].copy(),
        )

    def retarget(self, file: str, source: Floats, numbers: tuple[float, ...]) -> Floats | None:
        """The correction (K, 3) of a retargeting network; None = it is not there.

        Args:
            file: stitching_eye.onnx or stitching_lip.onnx.
            source: (K, 3) the portrait's keypoints in the picture.
            numbers: the further inputs.
        """
        if file not in self._found.files:
            return None
        session = open_session(self._found.files[file], "cpu", 1)
        count = source.size + len(numbers)
        got = {name: array.shape for name, array in (session.inputs | session.outputs).items()}
        if got != {"input": (1, count), "output": (1, source.size)}:
            raise ModelError(f"{self._found.files[file]} has other inputs or outputs; is it LivePortrait's?")
        session.inputs["input"][0] = [*source.reshape(-1), *numbers]
        session.run()
        return session.outputs["output"].reshape(source.shape).copy()


def angle_deg(logits: Floats) -> float:
    """An angle in degrees from the logits of its bins."""
    if logits.size == 1:  # some exports have done it
        return float(logits[0])
    shares = np.exp(logits.astype(np.float64) - float(logits.max()))
    return float((shares / shares.sum()) @ np.arange(len(shares))) * _BIN_DEG + _FIRST_DEG


def _show(session: Session, picture: NDArray[np.uint8]) -> None:
    session.inputs["img"][0] = picture.transpose(2, 0, 1).astype(np.float32) / 255
    session.run()
