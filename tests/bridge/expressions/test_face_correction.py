"""The correction on people whom it was not fitted on: pictures drawn of the studio's test split, as numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.calibration.profile import load_profile
from bridge.expressions.face_correction import (
    OUTPUTS,
    SHAPES,
    CorrectionWeights,
    FaceCorrection,
    shipped_weights,
)
from bridge.expressions.neutral_face import ENOUGH
from bridge.trackers.face import FaceMessages, load_landmarker
from measure.tracker.bridge_output import bridge_output
from measure.tracker.error_metrics import coefficient_figures, gaze_figures
from measure.tracker.golden_samples import read_golden_samples
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import REST
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from studio.head.identity import split_of
from vision.errors import LandmarkerError
from vision.face_shape import OTHER_POINT, POINTS
from vision.landmarker import FaceObservation
from vision.video_file import VideoFile

PAIRS = Path(__file__).parents[2] / "data" / "face_correction.npz"
WEIGHTS = Path(__file__).parents[3] / "bridge" / "expressions" / "face_correction.npz"
STEP_S = 1 / 30


@pytest.fixture(scope="module")
def pairs() -> TrackedSamples:
    return read_golden_samples(PAIRS)


def knows_neutral(pairs: TrackedSamples, person: int) -> FaceCorrection:
    """A correction that has learned this person's neutral face."""
    correct = FaceCorrection()
    rest = np.flatnonzero((pairs.person == person) & (pairs.kind == REST))
    for number, place in enumerate(np.resize(rest, 3 * ENOUGH)):
        correct(pairs.observation(place), number * STEP_S)
    return correct


@pytest.fixture(scope="module")
def person(pairs: TrackedSamples) -> int:
    """The first person whose neutral face the correction accepts."""
    for candidate in np.unique(pairs.person):
        place = int(np.flatnonzero((pairs.person == candidate) & (pairs.kind != REST))[0])
        found = pairs.observation(place)
        if not np.array_equal(knows_neutral(pairs, candidate)(found, 9.0).blendshapes, found.blendshapes):
            return int(candidate)
    raise AssertionError("no person's neutral face was accepted")


def test_network_is_small() -> None:
    assert WEIGHTS.stat().st_size <= 200_000
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float16 for name in arrays.files)
    assert shipped_weights().share.shape == (OUTPUTS,)


def test_correction_improves_unseen_people(pairs: TrackedSamples) -> None:
    assert {split_of(int(person)) for person in pairs.person} == {"test"}
    raw, corrected = bridge_output(pairs, None), bridge_output(pairs, shipped_weights())
    before, after = coefficient_figures(pairs, raw), coefficient_figures(pairs, corrected)
    assert np.mean([row.rms for row in after]) < 0.9 * np.mean([row.rms for row in before])
    assert np.mean([row.error for row in after]) < 0.9 * np.mean([row.error for row in before])
    assert np.mean([row.follows for row in after]) > np.mean([row.follows for row in before]) + 0.1
    for old, new in zip(gaze_figures(pairs, raw), gaze_figures(pairs, corrected), strict=True):
        assert new.rms < old.rms


def test_uncorrected_coefficients_are_unchanged(pairs: TrackedSamples, person: int) -> None:
    correct = knows_neutral(pairs, person)
    kept = [
        place
        for place, name in enumerate(BLENDSHAPES)
        if shipped_weights().share[place] == 0.0 and not name.startswith(("eyeLook", "eyeBlink"))
    ]
    for place in np.flatnonzero(pairs.person == person):
        found = pairs.observation(place)
        assert np.array_equal(correct(found, 9.0).blendshapes[kept], found.blendshapes[kept])


def test_lids_shut_as_far_as_without_the_correction(pairs: TrackedSamples) -> None:
    blinks = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
    shut = pairs.expression[:, blinks] > 0.7
    raw, corrected = bridge_output(pairs, None), bridge_output(pairs, shipped_weights())
    assert shut.any()
    assert (corrected.expression[:, blinks][shut] > raw.expression[:, blinks][shut] - 0.12).all()


def test_neutral_face_has_no_more_expression_than_without_the_correction(
    pairs: TrackedSamples, person: int
) -> None:
    rest = np.flatnonzero((pairs.person == person) & (pairs.kind == REST))
    found = pairs.observation(rest[0])
    raw = FaceMessages(load_profile(), source="test", layers=("expression",))
    corrected = FaceMessages(
        load_profile(), source="test", layers=("expression",), correction=FaceCorrection()
    )
    for number in range(3 * ENOUGH):
        (as_reported,), (better,) = (face(found, time_s=number * STEP_S) for face in (raw, corrected))
        for name, value in better.values.items():
            assert value < as_reported.values[name] + 0.02, name


def test_left_and_right_are_treated_alike(pairs: TrackedSamples, person: int) -> None:
    own = np.flatnonzero(pairs.person == person)
    correct, correct_mirrored = knows_neutral(pairs, person), FaceCorrection()
    rest = own[pairs.kind[own] == REST]
    for number, place in enumerate(np.resize(rest, 3 * ENOUGH)):
        correct_mirrored(in_mirror(pairs.observation(place)), number * STEP_S)
    other = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
    for place in own:
        found = pairs.observation(place)
        straight = correct(found, 9.0).blendshapes
        turned = correct_mirrored(in_mirror(found), 9.0).blendshapes
        assert np.allclose(straight[other], turned, atol=0.01)


def test_correction_is_continuous(pairs: TrackedSamples, person: int) -> None:
    correct = knows_neutral(pairs, person)
    own = np.flatnonzero(pairs.person == person)
    calm = pairs.observation(own[0])
    for place in own[pairs.kind[own] != REST][:6]:
        face = pairs.observation(place)
        steps = np.linspace(0.0, 1.0, 101, dtype=np.float32)
        path = [correct(between(calm, face, share), 9.0).blendshapes for share in steps]
        # no hundredth of the way takes more than a tenth of all that a coefficient can do
        assert np.abs(np.diff(path, axis=0)).max() < 0.1


def test_without_a_neutral_nothing_is_corrected(pairs: TrackedSamples, person: int) -> None:
    own = np.flatnonzero(pairs.person == person)
    laughing = pairs.observation(own[0])
    laughing.blendshapes[[INDEX["mouthSmileLeft"], INDEX["jawOpen"]]] = 0.9
    correct = FaceCorrection()
    for number in range(3 * ENOUGH):
        assert correct(laughing, number * STEP_S) is laughing


@pytest.mark.parametrize("what", ["landmarks", "blendshapes", "transform"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1e30])
def test_damaged_input_gives_finite_channels(
    pairs: TrackedSamples, person: int, what: str, value: float
) -> None:
    correct = knows_neutral(pairs, person)
    found = pairs.observation(int(np.flatnonzero(pairs.person == person)[-1]))
    broken = replace(found, **{what: np.full_like(getattr(found, what), value)})
    with np.errstate(all="ignore"):
        after = correct(broken, 9.0)
    if np.isfinite(broken.blendshapes).all():
        assert np.isfinite(after.blendshapes).all()
    # and it goes on as before
    assert np.isfinite(correct(found, 9.1).blendshapes).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 30.0))
def test_arbitrary_faces_stay_in_range(seed: int, wildness: float) -> None:
    random = np.random.default_rng(seed)
    weights = shipped_weights()
    y = weights(
        random.normal(0, wildness, SHAPES).astype(np.float32),
        random.normal(0, wildness, 3 * len(POINTS)).astype(np.float32),
        random.normal(0, wildness, 3).astype(np.float32),
    )
    assert y.shape == (OUTPUTS,)
    assert ((y[:SHAPES] >= 0.0) & (y[:SHAPES] <= 1.0)).all()
    assert np.isfinite(y).all()


def test_file_with_other_contents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with pytest.raises(LandmarkerError, match="omote-measure tracker --fit"):
        CorrectionWeights.load(path)
    np.savez(path, share=np.zeros(3))
    with pytest.raises(LandmarkerError, match="not a face correction"):
        CorrectionWeights.load(path)


def test_real_faces_agree_with_what_a_person_saw(shared: Path) -> None:
    face = FaceMessages(load_profile(), source="clip", correction=FaceCorrection())
    sent: dict[int, dict[str, float]] = {}
    with (
        VideoFile(shared / "media" / "driving" / "d3.mp4") as video,
        load_landmarker(shared / "models" / "face_landmarker.task") as landmarker,
    ):
        number = 0
        while number < 328 and (picture := video.read()) is not None:
            if number % 2 or number in (58, 268, 326):
                found = landmarker.detect(picture, int(number / video.fps * 1000))
                for message in face(found[0], time_s=number / video.fps):
                    of_layer = {f"{message.layer}.{name}": value for name, value in message.values.items()}
                    sent.setdefault(number, {}).update(of_layer)
            number += 1
    assert min(sent[58]["expression.eyeBlinkLeft"], sent[58]["expression.eyeBlinkRight"]) > 0.9  # shut
    assert sent[268]["expression.browDownRight"] > 0.25  # frowning
    assert sent[268]["expression.mouthSmileRight"] < 0.1
    assert sent[305]["expression.jawOpen"] > 0.5  # astonished
    assert sent[305]["expression.browInnerUp"] > 0.3
    assert sent[326]["gaze.yaw"] > 0.3  # looks to her left


def in_mirror(found: FaceObservation) -> FaceObservation:
    other = np.arange(478)
    other[POINTS] = POINTS[OTHER_POINT]
    flip = np.diag([-1.0, 1.0, 1.0, 1.0]).astype(np.float32)
    landmarks = found.landmarks[other] * np.array([-1.0, 1.0, 1.0], np.float32) + np.float32(
        [384.0, 0.0, 0.0]
    )
    shapes = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
    return FaceObservation(landmarks, found.blendshapes[shapes], flip @ found.transform @ flip)


def between(a: FaceObservation, b: FaceObservation, share: np.float32) -> FaceObservation:
    return FaceObservation(
        a.landmarks + (b.landmarks - a.landmarks) * share,
        a.blendshapes + (b.blendshapes - a.blendshapes) * share,
        a.transform + (b.transform - a.transform) * share,
    )
