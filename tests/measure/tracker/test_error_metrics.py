"""The metrics on made-up samples whose figures can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from measure.tracker.bridge_output import BridgeOutput
from measure.tracker.error_metrics import (
    STEMS,
    coefficient_figures,
    cross_talk,
    evaluated_mask,
    gaze_figures,
    turned_rms,
)
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import ALONE, GAZE, REST, STILL, TESTED_SHAPES
from protocol.blendshapes import INDEX

JAW, SMILE, PUCKER = INDEX["jawOpen"], INDEX["mouthSmileLeft"], INDEX["mouthPucker"]


def made_up() -> TrackedSamples:
    """One person: at rest, still twice, jaw open by 0.4 and 0.8, one smile by 1, looking at two places."""
    kind = np.array([REST, STILL, STILL, ALONE, ALONE, ALONE, GAZE, GAZE])
    count = len(kind)
    expression = np.zeros((count, 52), np.float32)
    expression[3, JAW], expression[4, JAW], expression[5, SMILE] = 0.4, 0.8, 1.0
    gaze = np.zeros((count, 2), np.float32)
    gaze[6], gaze[7] = (0.2, 0.1), (-0.2, -0.1)
    pose = np.zeros((count, 3), np.float32)
    pose[4, 0] = 0.5
    return TrackedSamples(
        person=np.full(count, 9),
        kind=kind,
        landmarks=np.zeros((count, 478, 3), np.float32),
        blendshapes=np.zeros((count, 52), np.float32),
        transform=np.zeros((count, 4, 4), np.float32),
        expression=expression,
        gaze=gaze,
        pose=pose,
        drawn=np.array(count),
    )


def half_seen(samples: TrackedSamples) -> BridgeOutput:
    """Half of everything is seen, and of an open jaw 0.3 as a pucker; the still face flickers by 0.01."""
    expression = samples.expression / 2
    expression[:, PUCKER] = 0.3 * samples.expression[:, JAW]
    expression[1, JAW], expression[2, JAW] = 0.01, 0.03
    return BridgeOutput(expression, samples.gaze / 2)


def test_rest_and_still_pictures_are_excluded() -> None:
    assert evaluated_mask(made_up()).tolist() == [False] * 3 + [True] * 5


def test_coefficients() -> None:
    rows = dict(zip(TESTED_SHAPES, coefficient_figures(made_up(), half_seen(made_up())), strict=True))
    jaw = rows["jawOpen"]
    assert jaw.error == pytest.approx((0.2 + 0.4) / 5)
    assert jaw.bias == pytest.approx(-(0.2 + 0.4) / 5)
    assert jaw.rms == pytest.approx(np.sqrt((0.2**2 + 0.4**2) / 5))
    assert (jaw.little, jaw.fully) == (pytest.approx(0.5), pytest.approx(0.5))
    assert jaw.follows == pytest.approx(1.0)
    assert jaw.noise == pytest.approx(0.01)
    assert rows["mouthPucker"].error == pytest.approx(0.3 * 1.2 / 5)
    assert rows["mouthPucker"].follows == 0.0  # there was none


def test_gaze() -> None:
    yaw, pitch = gaze_figures(made_up(), half_seen(made_up()))
    assert yaw.gain == pytest.approx(0.5)
    assert yaw.error == pytest.approx(np.degrees(0.1) * 2 / 5, rel=1e-5)
    assert (yaw.bias, pitch.bias) == (pytest.approx(0.0, abs=1e-5), pytest.approx(0.0, abs=1e-5))


def test_cross_talk_is_the_response_per_unit() -> None:
    answers = cross_talk(made_up(), half_seen(made_up()))
    at = {stem: place for place, stem in enumerate(STEMS)}
    assert answers[at["jawOpen"], at["jawOpen"]] == pytest.approx(0.5)
    assert answers[at["jawOpen"], at["mouthPucker"]] == pytest.approx(0.3)
    assert answers[at["mouthSmile"], at["mouthSmile"]] == pytest.approx(0.5)
    assert answers.sum() == pytest.approx(1.3)


def test_errors_are_grouped_by_the_head_s_yaw() -> None:
    counts = {words: count for words, count, _ in turned_rms(made_up(), half_seen(made_up()))}
    assert counts == {"below 0.1 rad": 4, "0.1 to 0.25": 0, "above 0.25": 1}
