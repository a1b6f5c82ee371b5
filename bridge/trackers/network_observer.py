"""NetworkObserver: measures the face in one picture after another with Omote's own network.

    observer = NetworkObserver(network, finder, source="webcam")
    tracked = observer.measure(picture, time_s=0.04, capture_time_ns=unix_ns)

A finder says where the face is at first, and again when it is lost; in between the network follows it by the landmarks that
it reads itself, so most pictures need one small network only. The first second tells it what the person looks like at rest.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.expressions.speaking import SpeakingEstimator
from bridge.observation import Observation
from bridge.trackers.face_finder import FaceFinder
from bridge.trackers.picture_tracker import TrackedPicture
from bridge.trackers.rest_code import RestCode
from bridge.trackers.tracker_network import FaceReading, TrackerNetwork
from face.camera import angles
from protocol.blendshapes import BLENDSHAPES
from vision.face_crops import USUAL_FOCAL, FaceFrame, frame_of, ray_turn, tilt_turn
from vision.tracker_outputs import READ_PLACES, READ_SHAPES

#: Below this the network's crops show no face: it is looked for anew.
_LOST: Final = 0.5
#: After the first look a face that was found is as surely seen as this, and moves its frame by less than this: units of
#: the face, logarithm of the scale, radians. All of 428 real pictures do, dark, half covered or far away.
_FOUND: Final = 0.98
_STILL: Final = (0.32, 0.06, 0.08)
#: A face that the network follows is looked for anew after this long all the same: it may have drifted.
_AGAIN_S: Final = 2.0
#: Its frame and the finder's may differ by this share of the frame's unit before the latter is taken.
_DRIFT: Final = 1.0
_SCALE_DRIFT: Final = 0.15
#: An eye whose lids are this far shut shows no gaze.
_SHUT: Final = 0.7
_METRES: Final = 0.01  # in a unit of the head
_BLINKS: Final = (READ_SHAPES.index("eyeBlinkLeft"), READ_SHAPES.index("eyeBlinkRight"))


class NetworkObserver:
    """One person, one thread."""

    def __init__(
        self, network: TrackerNetwork, finder: FaceFinder, *, source: str, learns_rest: bool = True
    ) -> None:
        """An observer that has seen no face yet.

        Args:
            network: reads the faces.
            finder: finds them; owned from now on, `close` closes it.
            source: the driver's name in the runtime.
            learns_rest: whether the network is told what the face was like in the first second.
        """
        self.source = source
        self._learns_rest = learns_rest
        self._network = network
        self._finder = finder
        self._frame: FaceFrame | None = None
        self._found_s = 0.0
        self._gaze = GazeMemory()
        self._speaking = SpeakingEstimator()
        self._rest = RestCode(network.rest)

    def measure(
        self, picture: NDArray[np.uint8], *, time_s: float, capture_time_ns: int, dropped: int = 0
    ) -> TrackedPicture:
        """Measure one picture; arguments as of `bridge.trackers.face.FaceObserver.measure`.

        Raises:
            ProviderError: the network's provider failed.
        """
        begin_s = time.perf_counter()
        landmarks, speaking = None, None
        read = self._read(picture, time_s)
        if read is None:
            observation = Observation(
                self.source, is_face=False, receive_time_ns=capture_time_ns, why_lost="no face in the picture"
            )
        else:
            frame, reading = read
            if self._learns_rest:
                self._rest.learn(reading, time_s)
            observation = observed(
                reading,
                frame,
                picture.shape[:2],
                gaze=self._gaze(reading),
                source=self.source,
                capture_time_ns=capture_time_ns,
            )
            speaking = self._speaking(observation.expression, time_s)
            landmarks = np.zeros((len(reading.landmarks), 3), np.float32)
            landmarks[:, :2] = reading.landmarks
        return TrackedPicture(
            observation=observation,
            time_s=time_s,
            track_ms=(time.perf_counter() - begin_s) * 1e3,
            dropped=dropped,
            picture=picture,
            landmarks=landmarks,
            speaking=speaking,
        )

    def close(self) -> None:
        """Close the finder; may be called twice."""
        self._finder.close()

    def _read(self, picture: NDArray[np.uint8], time_s: float) -> tuple[FaceFrame, FaceReading] | None:
        """Follow the face, or find it; the frame is the one in which it was read."""
        frame, reading = self._frame, None
        if frame is not None and 0.0 <= time_s - self._found_s < _AGAIN_S:
            reading = self._followed(picture, frame)
        if reading is None:
            read = self._found(picture, time_s)
            frame, reading = (None, None) if read is None else read
        self._frame = None if reading is None else frame_of(reading.landmarks)
        if reading is None or frame is None or self._frame is None:
            return None
        return frame, reading

    def _followed(self, picture: NDArray[np.uint8], frame: FaceFrame) -> FaceReading | None:
        """The reading in a frame, if there is a face in it."""
        reading = self._network.read(picture, frame)
        return reading if reading is not None and reading.seen[0] >= _LOST else None

    def _found(self, picture: NDArray[np.uint8], time_s: float) -> tuple[FaceFrame, FaceReading] | None:
        """The face where the finder says that one is, or the followed one, if it is the same."""
        frame, kept = self._finder.find(picture, time_s), self._frame
        self._found_s = time_s
        if kept is not None and (frame is None or self._is_same(frame, kept)):
            reading = self._followed(picture, kept)
            if reading is not None:
                return kept, reading
        if frame is None:
            return None
        for look in range(self._finder.looks):
            reading = self._network.read(picture, frame)
            after = None if reading is None else frame_of(reading.landmarks)
            if reading is None or after is None:
                return None
            # a rough frame may be moved by the first look, and the crops in it may miss the face
            if look and (reading.seen[0] < _FOUND or not _is_still(frame, after)):
                return None
            if look == self._finder.looks - 1:
                return (frame, reading) if reading.seen[0] >= _LOST else None
            frame = after
        return None

    def _is_same(self, frame: FaceFrame, kept: FaceFrame) -> bool:
        """Whether the finder means the face that is followed."""
        away = float(np.hypot(frame.x - kept.x, frame.y - kept.y)) / frame.unit
        wider = abs(float(np.log(frame.unit / kept.unit)))
        rough = self._finder.looks  # a finder that needs more looks is rougher by as much
        return away < _DRIFT * rough and wider < _SCALE_DRIFT * rough


def _is_still(frame: FaceFrame, after: FaceFrame) -> bool:
    """Whether a frame is hardly moved by what is read in it: a face holds it, and anything else does not."""
    away = float(np.hypot(frame.x - after.x, frame.y - after.y)) / frame.unit
    turned = abs((after.tilt - frame.tilt + np.pi) % (2 * np.pi) - np.pi)
    return away < _STILL[0] and abs(float(np.log(after.unit / frame.unit))) < _STILL[1] and turned < _STILL[2]


class GazeMemory:
    """The gaze of the eyes that can be seen; where neither can be, the last one stays."""

    def __init__(self) -> None:
        self._gaze = np.zeros(2)

    def __call__(self, reading: FaceReading) -> tuple[float, float]:
        """Yaw and pitch relative to the head, radians."""
        weights = reading.seen[1:3] * (1.0 - reading.expression[list(_BLINKS)] / _SHUT).clip(0.0, 1.0)
        if weights.sum() > 0.1:
            self._gaze = np.asarray((weights[:, None] * reading.gaze).sum(0) / weights.sum())
        return float(self._gaze[0]), float(self._gaze[1])


def observed(
    reading: FaceReading,
    frame: FaceFrame,
    size: tuple[int, ...],
    *,
    gaze: tuple[float, float],
    source: str,
    capture_time_ns: int = 0,
) -> Observation:
    """A reading in Omote's names, axes and units.

    Args:
        frame: in which it was read. size: height and width of the picture.
    """
    height, width = size
    expression = np.full(len(BLENDSHAPES), np.nan)
    expression[READ_PLACES] = reading.expression
    x, y = (float(v) for v in reading.landmarks.mean(0))
    turn = ray_turn(x, y, width, height, USUAL_FOCAL) @ tilt_turn(frame.tilt) @ reading.turn
    yaw, pitch, roll = angles(np.asarray(turn, np.float32))
    away_m = USUAL_FOCAL * height / reading.unit * _METRES
    across, up = (x - width / 2) / (height * USUAL_FOCAL), (height / 2 - y) / (height * USUAL_FOCAL)
    return Observation(
        source=source,
        expression=expression,
        pose={
            "yaw": yaw, "pitch": pitch, "roll": roll, "x": across * away_m, "y": up * away_m, "z": -away_m,
        },
        gaze={"yaw": gaze[0], "pitch": gaze[1]},
        receive_time_ns=capture_time_ns,
    )  # fmt: skip
