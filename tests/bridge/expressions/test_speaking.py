from __future__ import annotations

import numpy as np
import pytest

from bridge.expressions.speaking import SpeakingEstimator
from protocol.blendshapes import INDEX
from studio.motion.acted import ActedMotion
from studio.motion.speech import Speech

FPS = 30


def answers(shapes: np.ndarray) -> np.ndarray:
    speaking = SpeakingEstimator()
    return np.array([speaking(one, k / FPS) for k, one in enumerate(shapes)])


def moving(name: str, values: np.ndarray) -> np.ndarray:
    shapes = np.zeros((len(values), 52))
    shapes[:, INDEX[name]] = values
    return shapes


def test_acted_people_speak_when_they_do() -> None:
    """Against the plan of their speech, a third of a second later: pauses of less than half a second are not asked for."""
    right, heard = [], []
    for seed in range(6):
        random = np.random.default_rng(seed)
        motion, speech = ActedMotion(seed), Speech(seed)
        shapes = np.stack([motion.at(k / FPS).articulation for k in range(20 * FPS)])
        said = answers(np.clip(0.8 * shapes + random.normal(0, 0.01, shapes.shape), 0, 1)) > 0.5
        active = np.array([speech.activity(k / FPS) for k in range(len(said))])
        late = np.roll(active, FPS // 4)
        is_sure = (late == 0.0) | (late == 1.0)
        is_sure[:FPS] = False
        right.append((said == (late == 1.0))[is_sure])
        heard.append((late == 1.0)[is_sure])
    right_all, heard_all = np.concatenate(right), np.concatenate(heard)
    assert right_all[heard_all].mean() > 0.8
    assert right_all[~heard_all].mean() > 0.6


def test_still_faces_smiles_and_yawns_do_not_speak() -> None:
    time = np.arange(4 * FPS) / FPS
    yawn = np.clip(np.minimum(time - 1.0, 3.0 - time), 0.0, 1.0)
    for name, values in (("mouthSmileLeft", yawn), ("jawOpen", np.full(len(time), 0.6))):
        assert answers(moving(name, values)).max() < 0.5, name
    assert (answers(moving("jawOpen", yawn)) > 0.5).mean() < 0.5
    assert answers(moving("jawOpen", 0.25 + 0.25 * np.sin(2 * np.pi * 4.0 * time)))[FPS:].min() > 0.5


@pytest.mark.parametrize("fps", [10, 25, 30, 60, 120])
def test_a_trackers_noise_does_not_speak_at_any_rate(fps: int) -> None:
    random, speaking = np.random.default_rng(0), SpeakingEstimator()
    shapes = np.zeros((4 * fps, 52))
    for name in ("jawOpen", "mouthPucker"):
        shapes[:, INDEX[name]] = 0.2 + random.normal(0, 0.02, len(shapes))
    assert max(speaking(one, k / fps) for k, one in enumerate(shapes)) < 0.3


@pytest.mark.parametrize("fps", [15, 24, 60])
def test_the_rate_of_pictures_hardly_matters(fps: int) -> None:
    speaking = SpeakingEstimator()
    said = [
        speaking(one, k / fps)
        for k, one in enumerate(
            moving("jawOpen", 0.2 + 0.2 * np.sin(2 * np.pi * 3.0 * np.arange(3 * fps) / fps))
        )
    ]
    assert min(said[fps:]) > 0.5


def test_odd_times_and_missing_values_are_no_harm() -> None:
    speaking = SpeakingEstimator()
    open_, shut = (moving("jawOpen", np.array([jaw]))[0] for jaw in (0.5, 0.0))
    for k in range(60):
        last = speaking(open_ if k // 4 % 2 else shut, k / FPS)
    assert last > 0.5
    for time_s in (59 / FPS, np.nan, np.inf):
        assert speaking(np.full(52, np.nan), time_s) == last
    assert speaking(np.full(52, np.nan), 60 / FPS) > 0.3
    assert speaking(open_, 100.0) == 0.0  # the face was away
    assert speaking(open_, 100.0 + 1 / FPS) < 0.1
    assert speaking(open_, 3.0) == 0.0
