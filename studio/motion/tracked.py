"""TrackedMotion: the recorded motion of a real face, from a take or a video, for any studio head.

    motion = TrackedMotion(take_messages(Path("take.mcap")))
    motion = TrackedMotion(video_messages(Path("clip.mp4"), None), without_emotion=True)
    motion.at(1.25)

Messages pass through the runtime's control, smoothing and priorities, so the studio shows what the runtime would show.
A tracker measures speech and emotion together. Both become articulation here, unless `without_emotion` removes the emotion
with the runtime's analytic filter, as for a face that is given another emotion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.calibrator import PORTRAIT_HEIGHT_M
from face.emotion_filter import AnalyticEmotionFilter
from face.emotion_shapes import add_valence_arousal
from face.motion import NEUTRAL, Motion
from protocol.channels import EMOTIONS, LAYER_SLICE
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.drivers import settle_drivers
from runtime.layers.gaze import GazeFromEyes
from studio.errors import StudioError
from studio.factors import Pose
from studio.motion.acted import MotionFrame

#: Steps a second at which channels are computed from the messages; between steps they are interpolated.
RATE_HZ: Final = 60
#: The first messages are applied this long before the track begins, so that it does not begin with a fade from rest.
_SETTLE_S: Final = 1.0
#: Head-model units, about centimetres, in a portrait height.
_UNITS: Final = 100.0 * PORTRAIT_HEIGHT_M
#: Longest track; a longer one is an error, as its channels are kept in memory.
MAX_S: Final = 3600.0

TimedMessage = tuple[float, ControlMessage]


class TrackedMotion:
    """Recorded motion; after its end the last frame is held.

    Attributes:
        duration_s: time from the first message to the last.
    """

    def __init__(self, messages: Iterable[TimedMessage], *, without_emotion: bool = False) -> None:
        """Compute all channels of a track.

        Args:
            messages: (seconds from the beginning, message), times rising.
            without_emotion: remove the emotion from the expression; speech and blinks stay.

        Raises:
            StudioError: there is no message, or the track is longer than MAX_S.
        """
        rows = list(_settled(messages, without_emotion=without_emotion))
        if not rows:
            raise StudioError(
                "there is no face in this track: the studio's face would not move; choose another take or video"
            )
        self._rows: NDArray[np.float32] = np.array(rows, np.float32)
        self.duration_s = (len(rows) - 1) / RATE_HZ

    def at(self, time_s: float) -> MotionFrame:
        """See `StudioMotion`."""
        place = min(max(time_s, 0.0), self.duration_s) * RATE_HZ
        before = min(int(place), len(self._rows) - 1)
        after = min(before + 1, len(self._rows) - 1)
        values = self._rows[before] + (self._rows[after] - self._rows[before]) * np.float32(place - before)
        yaw, pitch, roll, x, y, z, scale = values[LAYER_SLICE["pose"]].tolist()
        emotion = values[LAYER_SLICE["emotion"]]
        intensities = emotion[: len(EMOTIONS)].copy()
        add_valence_arousal(float(emotion[-2]), float(emotion[-1]), intensities)
        gaze = values[LAYER_SLICE["gaze"]].tolist()
        return MotionFrame(
            pose=Pose(yaw, pitch, roll, x * _UNITS, y * _UNITS, z * _UNITS, scale),
            articulation=values[LAYER_SLICE["expression"]].copy(),
            emotion=intensities,
            gaze=(gaze[0], gaze[1]),
        )


def take_messages(path: Path) -> Iterator[TimedMessage]:
    """A take's messages with their times in the take.

    Raises:
        StudioError: the file does not exist, or is not a take.
    """
    from protocol.errors import TakeError
    from protocol.take import TakeReader
    from protocol.take_schedule import ReplayPlan, schedule

    try:
        with TakeReader(path) as take:
            for due in schedule(take, ReplayPlan()):
                yield due.due_s, due.message
    except OSError as error:
        raise StudioError(
            f"{path}: {error.strerror}; name a take that `omote-bridge record` wrote"
        ) from error
    except TakeError as error:
        raise StudioError(str(error)) from error


def video_messages(path: Path, face_landmarker: Path | None) -> Iterator[TimedMessage]:
    """The messages that a tracker would send for the face in a video, calibrated as in `omote render`.

    Args:
        face_landmarker: MediaPipe's model; None = search the usual folders.

    Raises:
        BridgeError: the video does not exist, or MediaPipe or its model is missing.
    """
    from bridge.calibration.profile import load_profile
    from bridge.expressions.face_correction import FaceCorrection
    from bridge.trackers.clip import tracked_clip
    from bridge.trackers.face import FaceMessages, load_landmarker, ttl_between
    from vision.video_file import VideoFile

    with VideoFile(path) as video, load_landmarker(face_landmarker) as landmarker:
        face = FaceMessages(
            load_profile(), source="video", ttl_s=ttl_between(video.fps), correction=FaceCorrection()
        )
        for frame in tracked_clip(video, landmarker, face):
            for message in frame.messages:
                yield frame.time_s, message


def _settled(messages: Iterable[TimedMessage], *, without_emotion: bool) -> Iterator[NDArray[np.float32]]:
    """Values of all channels, (CHANNELS,) float32, RATE_HZ times a second, from the first message to the last."""
    coming = iter(messages)
    first = next(coming, None)
    if first is None:
        return
    control, gaze, mood = Control(), GazeFromEyes(), AnalyticEmotionFilter()
    motion = Motion.neutral()
    start_s = first[0]

    def step(now: list[ControlMessage], step_number: int) -> NDArray[np.float32]:
        now_s = step_number / RATE_HZ
        control.update([Received(message, round(now_s * 1e9)) for message in now], now_s)
        motion.values[:] = NEUTRAL
        settle_drivers(motion, control, 1.0 / RATE_HZ)
        gaze(motion, control, 1.0 / RATE_HZ)
        if without_emotion:
            mood(motion.expression, 1.0, 1.0 / RATE_HZ)
        return motion.values.copy()

    waiting: TimedMessage | None = first
    settling = round(_SETTLE_S * RATE_HZ)
    opening = [first[1]]
    # the messages of the first frame have the same time
    for timed in coming:
        if timed[0] > start_s + 1e-6:
            coming = chain([timed], coming)
            break
        opening.append(timed[1])
    for number in range(settling):
        step(opening, number)
    waiting = next(coming, None)
    now, number = opening, settling
    while True:
        yield step(now, number)
        if waiting is None:
            return
        number += 1
        now = []
        due_s = start_s + (number - settling) / RATE_HZ
        if due_s - start_s > MAX_S:
            raise StudioError(f"the track is longer than {MAX_S:g} s; cut it, or choose another one")
        while waiting is not None and waiting[0] <= due_s + 1e-9:
            now.append(waiting[1])
            waiting = next(coming, None)
