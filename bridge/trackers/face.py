"""A picture -> its face as an Observation; for whole videos also as ControlMessages.

observer = FaceObserver(load_landmarker(None), source="webcam", correction=FaceCorrection())
tracked = observer.measure(picture, time_s=0.04, capture_time_ns=unix_ns)

face = FaceMessages(load_profile(), source="clip", layers=("pose", "expression", "gaze"))
messages = face(found, time_s=0.04)
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.rest import Rest
from bridge.expressions.face_correction import FaceCorrection
from bridge.observation import Observation
from bridge.sending.source_messages import TTL_S, SourceMessages
from bridge.trackers.picture_tracker import TrackedPicture
from protocol.blendshapes import INDEX
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage, LayerName
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker, FaceObservation, find_face_landmarker

FACE_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze")
_TONGUE: Final = INDEX["tongueOut"]


def load_landmarker(explicit: Path | None) -> FaceLandmarker:
    """The landmarker for one face in consecutive pictures.

    Args:
        explicit: the model file; None looks in the usual places.
    """
    return FaceLandmarker(find_face_landmarker(explicit), video=True, num_faces=1)


def ttl_between(fps: float) -> float:
    """The time to live, seconds, of a video's messages: TTL_S, or 2.5 frames where frames are further apart."""
    return min(max(TTL_S, 2.5 / fps), MAX_TTL_S)


def observed(found: FaceObservation, source: str, capture_time_ns: int = 0) -> Observation:
    """What the landmarker found, in Omote's names, axes and units.

    Args:
        source: the driver's name.
        capture_time_ns: when the picture was captured, Unix nanoseconds.
    """
    expression = np.asarray(found.blendshapes, np.float64).copy()
    expression[_TONGUE] = np.nan  # MediaPipe does not measure it: always 0
    return Observation(
        source=source,
        expression=expression,
        pose=head_pose(found.transform)._asdict(),
        receive_time_ns=capture_time_ns,
    )


class FaceObserver:
    """Measures the face in one picture after another: landmarks, correction, observation. One thread."""

    def __init__(
        self, landmarker: FaceLandmarker, *, source: str, correction: FaceCorrection | None = None
    ) -> None:
        """An observer of one person.

        Args:
            landmarker: owned from now on; `close` closes it.
            source: the driver's name in the runtime.
            correction: None keeps MediaPipe's coefficients and gaze.
        """
        self.source = source
        self._landmarker = landmarker
        self._correction = correction

    def measure(
        self, picture: NDArray[np.uint8], *, time_s: float, capture_time_ns: int, dropped: int = 0
    ) -> TrackedPicture:
        """Measure one picture.

        Args:
            picture: (H, W, 3) uint8 RGB.
            time_s: seconds since the tracker started; must rise from picture to picture.
            capture_time_ns: when it was captured, Unix nanoseconds.
            dropped: pictures skipped before it.
        """
        begin_s = time.perf_counter()
        found = self._landmarker.detect(picture, int(time_s * 1000))
        face = found[0] if found else None
        if face is None:
            observation = Observation(
                self.source, is_face=False, receive_time_ns=capture_time_ns, why_lost="no face in the picture"
            )
        else:
            corrected = face if self._correction is None else self._correction(face, time_s)
            observation = observed(corrected, self.source, capture_time_ns)
        return TrackedPicture(
            observation=observation,
            time_s=time_s,
            track_ms=(time.perf_counter() - begin_s) * 1e3,
            dropped=dropped,
            picture=picture,
            landmarks=None if face is None else face.landmarks,
        )

    def close(self) -> None:
        """Close the landmarker; may be called twice."""
        self._landmarker.close()


class FaceMessages:
    """What the landmarker finds -> messages, for videos that are rendered frame by frame. One thread."""

    def __init__(
        self,
        profile: CalibrationProfile,
        *,
        source: str,
        layers: tuple[LayerName, ...] = FACE_LAYERS,
        mirror: bool = False,
        rest: Rest | None = None,
        ttl_s: float = TTL_S,
        correction: FaceCorrection | None = None,
    ) -> None:
        """A person whose rest is not learned yet; the other arguments are those of `SourceMessages`.

        Args:
            correction: None keeps MediaPipe's coefficients and gaze.
        """
        self._source = source
        self._correction = correction
        self._messages = SourceMessages(
            profile, source=source, layers=layers, mirror=mirror, rest=rest, ttl_s=ttl_s
        )

    def __call__(
        self, found: FaceObservation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """One message per layer.

        Args:
            time_s: orders the frames; any origin.
            capture_time_ns: Unix nanoseconds; 0 = unknown.
        """
        if self._correction is not None:
            found = self._correction(found, time_s)
        return self._messages(observed(found, self._source), time_s=time_s, capture_time_ns=capture_time_ns)
