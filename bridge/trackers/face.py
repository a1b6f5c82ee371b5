"""A face that the landmarker found -> ControlMessages for pose, expression and gaze.

face = FaceMessages(load_profile(), source="webcam", layers=("pose", "expression", "gaze"))
messages = face(observation, time_s=0.04, capture_time_ns=...)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration import (
    POSE_GAINS,
    CalibrationProfile,
    calibrated_expression,
    calibrated_gaze,
)
from bridge.head_pose import head_pose, pose_values
from bridge.landmarker import FaceLandmarker, FaceObservation, find_face_landmarker
from bridge.rest import Rest, RestLearner
from protocol.blendshapes import BLENDSHAPES, mirrored
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage, LayerName

FACE_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze")
#: A tracker that dies loses the face after this long.
TTL_S: Final = 0.4
#: Turned round by a mirror, layer by layer.
_MIRRORED_SIGNS: Final = {"pose": ("yaw", "roll", "x"), "gaze": ("yaw",)}


def load_landmarker(explicit: Path | None) -> FaceLandmarker:
    """The landmarker for one face in a row of pictures.

    Args:
        explicit: the model file; None looks in the usual places.
    """
    return FaceLandmarker(find_face_landmarker(explicit), video=True, num_faces=1)


def ttl_between(fps: float) -> float:
    """How long a message of a video must hold: TTL_S, or two frames where they are further apart."""
    return min(max(TTL_S, 2.5 / fps), MAX_TTL_S)


class FaceMessages:
    """Turns one person's observations into messages; remembers their rest and counts the messages."""

    def __init__(
        self,
        profile: CalibrationProfile,
        *,
        source: str,
        layers: tuple[LayerName, ...] = FACE_LAYERS,
        mirror: bool = False,
        rest: Rest | None = None,
        ttl_s: float = TTL_S,
        first_sequence: int = 1,
    ) -> None:
        """Args:
        layers: which of FACE_LAYERS to send.
        mirror: the avatar moves like a mirror picture of the driver.
        rest: known beforehand; otherwise it is learned from the first second.
        ttl_s: how long a message holds; longer than the pause between two pictures.
        first_sequence: a driver that starts again under its old name must begin above its last number.
        """
        self._profile = profile
        self._source = source
        self._layers = layers
        self._mirror = mirror
        self._learner = RestLearner(profile, rest)
        self._ttl_s = ttl_s
        self._sequence = first_sequence

    def __call__(
        self, observation: FaceObservation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """One message a layer. `time_s` only orders the frames; it may start anywhere."""
        blendshapes = np.asarray(observation.blendshapes, np.float64)
        rest = self._learner(blendshapes, head_pose(observation.transform), time_s)
        values = {
            layer: face_values(layer, observation, rest, self._profile, mirror=self._mirror)
            for layer in self._layers
        }
        messages = tuple(
            ControlMessage(
                layer=layer,
                source=self._source,
                values=of_layer,
                ttl_s=self._ttl_s,
                sequence=self._sequence,
                capture_time_ns=capture_time_ns,
            )
            for layer, of_layer in values.items()
        )
        self._sequence += 1
        return messages


def face_values(
    layer: LayerName,
    observation: FaceObservation,
    rest: Rest,
    profile: CalibrationProfile,
    *,
    mirror: bool = False,
) -> dict[str, float]:
    """The channels of one layer, within their limits.

    The expression leaves the eyeLook coefficients out: where the eyes look is the gaze layer's business,
    and two layers that turn the eyes would turn them twice.
    """
    blendshapes: NDArray[np.float64] = np.asarray(observation.blendshapes, np.float64)
    if layer == "pose":
        relative = pose_values(head_pose(observation.transform), rest.pose)
        values = {name: relative[name] * profile.pose_gain[i] for i, name in enumerate(POSE_GAINS)}
    elif layer == "gaze":
        yaw, pitch = calibrated_gaze(blendshapes, rest.blendshapes, profile)
        values = {"yaw": yaw, "pitch": pitch}
    else:
        coefficients = calibrated_expression(blendshapes, rest.blendshapes, profile)
        values = {
            name: coefficients[i] for i, name in enumerate(BLENDSHAPES) if not name.startswith("eyeLook")
        }
    if mirror:
        values = mirrored_values(layer, values)
    return {name: _limited(layer, name, value) for name, value in values.items()}


def mirrored_values(layer: str, values: dict[str, float]) -> dict[str, float]:
    """The same face seen in a mirror: left and right change places."""
    if layer == "expression":
        return {mirrored(name): value for name, value in values.items()}
    turned = _MIRRORED_SIGNS.get(layer, ())
    return {name: -value if name in turned else value for name, value in values.items()}


def _limited(layer: str, name: str, value: float) -> float:
    channel = CHANNELS[CHANNEL_INDEX[layer][name]]
    return float(min(max(value, channel.low), channel.high))
