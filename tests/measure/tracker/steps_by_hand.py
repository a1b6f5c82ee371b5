"""Samples of people who go through the steps of a calibration, without drawing them."""

from __future__ import annotations

import numpy as np

from measure.factors_to_motion import head_in_camera
from measure.tracker.calibration_pictures import calibration_pictures
from measure.tracker.samples import Pictures, TrackedSamples
from measure.tracker.webcam_sessions import webcam_pictures


def steps_of(people: list[int]) -> TrackedSamples:
    """The true values of `calibration_pictures`; landmarks are empty."""
    return samples_of(people, calibration_pictures)


def sessions_of(people: list[int]) -> TrackedSamples:
    """The true values of `webcam_pictures`, likewise."""
    return samples_of(people, webcam_pictures)


def samples_of(people: list[int], pictures: Pictures) -> TrackedSamples:
    rows = [
        (person, kind, one.expression(), one.gaze, head_in_camera(one))
        for place, person in enumerate(people)
        for kind, one in pictures(person, place, 0, style="real")
    ]
    person, kind, expression, gaze, pose = zip(*rows, strict=True)
    count = len(rows)
    return TrackedSamples(
        person=np.array(person),
        kind=np.array(kind),
        landmarks=np.zeros((count, 478, 3), np.float32),
        blendshapes=np.zeros((count, 52), np.float32),
        transform=np.zeros((count, 4, 4), np.float32),
        expression=np.array(expression, np.float32),
        gaze=np.array(gaze, np.float32),
        pose=np.array(pose, np.float32),
        drawn=np.array(count),
    )
