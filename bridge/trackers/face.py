"""A face that the landmarker found -> Observation -> ControlMessages for pose, expression and gaze.

face = FaceMessages(load_profile(), source="webcam", layers=("pose", "expression", "gaze"))
messages = face(observation, time_s=0.04, capture_time_ns=...)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

import numpy as np

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.rest import Rest
from bridge.expressions.emotion_estimate import EmotionEstimator
from bridge.expressions.face_correction import FaceCorrection
from bridge.observation import Observation
from bridge.sending.source_messages import TTL_S, SourceMessages
from protocol.blendshapes import INDEX
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage, LayerName
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker, FaceObservation, find_face_landmarker

FACE_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze")
_TONGUE: Final = INDEX["tongueOut"]


def load_landmarker(explicit: Path | None) -> FaceLandmarker:
    """The landmarker for one face in a row of pictures.

    Args:
        explicit: the model file; None looks in the usual places.
    """
    return FaceLandmarker(find_face_landmarker(explicit), video=True, num_faces=1)


def ttl_between(fps: float) -> float:
    """How long a message of a video must hold: TTL_S, or two frames where they are further apart."""
    return min(max(TTL_S, 2.5 / fps), MAX_TTL_S)


def observed(found: FaceObservation, source: str) -> Observation:
    """What the landmarker found, in this house's names, axes and units."""
    expression = np.asarray(found.blendshapes, np.float64).copy()
    expression[_TONGUE] = np.nan  # always 0: it is not looked for
    return Observation(source=source, expression=expression, pose=head_pose(found.transform)._asdict())


class FaceTaker(Protocol):
    """Whoever a tracker of pictures gives the faces to that it finds; called from its thread."""

    def __call__(
        self, found: FaceObservation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """What to send for one face; `time_s` only orders the pictures and may start anywhere."""
        ...


class FaceMessages:
    """`SourceMessages` for what the landmarker finds."""

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
        estimator: EmotionEstimator | None = None,
        correction: FaceCorrection | None = None,
    ) -> None:
        """Arguments as of `SourceMessages`; `correction` None takes every coefficient as MediaPipe reports it."""
        self._source = source
        self._correction = correction
        self._messages = SourceMessages(
            profile,
            source=source,
            layers=layers,
            mirror=mirror,
            rest=rest,
            ttl_s=ttl_s,
            first_sequence=first_sequence,
            estimator=estimator,
        )

    def __call__(
        self, found: FaceObservation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """One message a layer. `time_s` only orders the frames; it may start anywhere."""
        if self._correction is not None:
            found = self._correction(found, time_s)
        return self._messages(observed(found, self._source), time_s=time_s, capture_time_ns=capture_time_ns)
