"""Recorded faces that were looked at: the frames named here are those in which people see what is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bridge.calibration.calibrator import Calibrator
from bridge.calibration.profile import load_profile
from bridge.calibration.rest import RestLearner
from bridge.expressions.emotion_estimate import (
    PROTOTYPES,
    SIGNS,
    EmotionEstimate,
    EmotionEstimator,
    estimated,
)
from bridge.observation import Observation
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile

FPS = {"d0": 25.0, "d3": 30.0, "d10": 30.0, "d13": 30.0, "d19": 30.0}


Shown = Callable[..., list[EmotionEstimate]]


@pytest.fixture(scope="module")
def tracked(shared: Path) -> Callable[[str], NDArray[np.float64]]:
    """What MediaPipe reports for each frame of a clip, (frames, 52); each clip is tracked once."""
    pytest.importorskip("mediapipe")

    @cache
    def track(clip: str) -> NDArray[np.float64]:
        video, rows = VideoFile(shared / "media" / "driving" / f"{clip}.mp4"), []
        with FaceLandmarker(
            shared / "models" / "face_landmarker.task", video=True, num_faces=1
        ) as landmarker:
            while (picture := video.read()) is not None:
                found = landmarker.detect(picture, round(len(rows) * 1000 / FPS[clip]))
                rows.append(np.asarray(found[0].blendshapes, np.float64) if found else rows[-1])
        video.close()
        return np.array(rows)

    return track


@pytest.fixture(scope="module")
def shown(tracked: Callable[[str], NDArray[np.float64]]) -> Shown:
    """What is estimated for each frame of a clip; of `every` frames only the first is seen."""

    @cache
    def estimate(clip: str, every: int = 1) -> list[EmotionEstimate]:
        profile = load_profile()
        learner, estimator = RestLearner(profile), EmotionEstimator()
        found = []
        for frame, row in enumerate(tracked(clip)):
            if frame % every == 0:
                time_s = frame / FPS[clip]
                observation = Observation(source=clip, expression=row)
                newest = estimator(Calibrator(profile, learner(observation, time_s)).expression(row), time_s)
            found.append(newest)
        return found

    return estimate


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize(
    ("clip", "first", "last", "emotion", "least"),
    [
        ("d0", 40, 62, "happy", 0.6),  # a broad grin
        ("d3", 142, 147, "angry", 0.35),  # frowns at something below
        ("d3", 266, 274, "angry", 0.4),  # frowns, turned aside
        ("d10", 70, 76, "surprised", 0.4),  # wide eyes, brows up, an open mouth
        ("d10", 106, 112, "surprised", 0.4),
        ("d10", 180, 230, "happy", 0.25),  # smiles and speaks
        ("d10", 352, 356, "surprised", 0.3),
        ("d13", 225, 255, "happy", 0.4),  # laughs, then smiles
        ("d19", 96, 99, "happy", 0.2),
        ("d19", 246, 249, "happy", 0.4),
    ],
)
def test_estimate_agrees_with_what_people_see(
    shown: Shown, clip: str, first: int, last: int, emotion: str, least: float, every: int
) -> None:
    for estimate in shown(clip, every)[first : last + 1]:
        assert estimate.emotion == emotion
        assert estimate.level >= least


@pytest.mark.parametrize(
    ("clip", "first", "last"),
    [
        ("d0", 0, 24),  # at rest
        ("d3", 0, 120),  # at rest, winks, looks about
        ("d3", 185, 235),
        ("d13", 0, 100),  # speaks calmly
        ("d13", 115, 200),
        ("d13", 290, 320),
        ("d19", 0, 80),  # draws the mouth aside, both ways
        ("d19", 115, 165),
        ("d19", 188, 230),
    ],
)
def test_calm_and_speaking_faces_show_nothing(shown: Shown, clip: str, first: int, last: int) -> None:
    assert max(estimate.level for estimate in shown(clip)[first : last + 1]) < 0.15


@pytest.mark.parametrize("clip", FPS)
def test_estimate_neither_jumps_nor_flickers(shown: Shown, clip: str) -> None:
    levels = {emotion: [] for emotion in EMOTIONS}
    for estimate in shown(clip):
        for emotion, row in levels.items():
            row.append(estimate.level if estimate.emotion == emotion else 0.0)
    seconds = len(shown(clip)) / FPS[clip]
    for row in levels.values():
        assert max(np.diff(row), default=0.0) < 0.25
        begins = sum(before == 0.0 < after for before, after in pairwise(row))
        assert begins <= 1 + seconds / 2


def test_syllables_are_not_an_emotion() -> None:
    estimator = EmotionEstimator()
    for frame in range(300):
        syllable = abs(np.sin(frame / 30 * 2 * np.pi * 2.5))
        face = np.zeros(52)
        for name, full in (
            ("jawOpen", 0.6),
            ("mouthFunnel", 0.5),
            ("mouthLowerDownLeft", 0.5),
            ("mouthLowerDownRight", 0.5),
            ("mouthStretchLeft", 0.6),
            ("mouthStretchRight", 0.6),
            ("mouthUpperUpLeft", 0.5),
            ("mouthUpperUpRight", 0.5),
            ("mouthShrugLower", 0.5),
        ):
            face[INDEX[name]] = full * syllable
        assert estimator(face, frame / 30).level == 0.0


def test_wink_is_not_anger_but_a_half_hidden_frown_is() -> None:
    def angry(**shapes: float) -> float:
        estimator, face = EmotionEstimator(), np.zeros(52)
        for name, value in shapes.items():
            face[INDEX[name]] = value
        return max(estimator(face, frame / 30).scores["angry"] for frame in range(30))

    assert angry(browDownRight=0.95, eyeBlinkRight=1.0) < 0.1
    assert angry(browDownRight=0.95) > 0.5
    assert angry(browDownLeft=0.8, browDownRight=0.8, eyeBlinkLeft=1.0, eyeBlinkRight=1.0) > 0.9


@settings(max_examples=40)
@given(
    faces=st.lists(
        st.lists(st.floats(0.0, 1.0) | st.just(float("nan")), min_size=52, max_size=52), max_size=8
    ),
    step_s=st.floats(-10.0, 10.0),
)
def test_level_stays_in_0_to_1_for_any_input(faces: list[list[float]], step_s: float) -> None:
    estimator = EmotionEstimator()
    for number, face in enumerate(faces):
        estimate = estimator(np.array(face), number * step_s)
        assert 0.0 <= estimate.level <= 1.0
        assert estimate.emotion in ("", *PROTOTYPES)


def test_weight_of_the_emotion_is_its_level() -> None:
    observation = Observation(source="me", pose={"yaw": 0.1})
    seen = estimated(observation, EmotionEstimate("sad", 0.4, {}))
    assert (seen.emotion, seen.emotion_weight, seen.pose) == ({"sad": 1.0}, 0.4, {"yaw": 0.1})
    assert estimated(observation, EmotionEstimate("", 0.0, {})).emotion == {}


def test_prototypes_name_emotions_and_signs() -> None:
    assert set(PROTOTYPES) <= set(EMOTIONS)
    assert {sign for of in PROTOTYPES.values() for sign in of} <= set(SIGNS)
