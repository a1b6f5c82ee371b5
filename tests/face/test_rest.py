"""The mapping from changes against rest to what is drawn, by its exact properties."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from face.camera import angles, rotation
from face.motion import Motion
from face.rest import OPPOSED, PARTING, PortraitRest, sealed
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import CHANNELS, EMOTIONS, LAYER_SLICE
from tests.motions import motion

EXPRESSION = LAYER_SLICE["expression"]
CLOSING = ("mouthClose", "mouthPressLeft", "mouthPressRight", "mouthRollUpper", "mouthRollLower")


@pytest.fixture
def portrait() -> NDArray[np.float32]:
    """A turned portrait with some of every shape."""
    made = motion(pose_yaw=-0.4, pose_pitch=0.2, pose_roll=0.1, gaze_yaw=0.1, gaze_pitch=-0.05)
    made.expression[:] = np.random.default_rng(5).uniform(0.05, 0.45, 52)
    return made.values


def mapped(portrait: NDArray[np.float32], given: Motion, **options: NDArray[np.float32]) -> Motion:
    made = Motion.neutral()
    made.set_from(given)
    PortraitRest(portrait)(made.values, **options)
    return made


def test_rest_is_the_portrait(portrait: NDArray[np.float32]) -> None:
    assert np.abs(mapped(portrait, Motion.neutral()).values - portrait).max() < 1e-6


def test_a_neutral_portrait_changes_nothing() -> None:
    given = motion(pose_yaw=0.3, pose_pitch=-0.1, gaze_yaw=0.2, emotion_happy=0.5, view_azimuth=0.4)
    given.expression[:] = np.random.default_rng(2).uniform(0, 1, 52)
    assert np.abs(mapped(Motion.neutral().values, given).values - given.values).max() < 1e-6


def test_the_head_turns_from_the_portraits_pose(portrait: NDArray[np.float32]) -> None:
    made = mapped(portrait, motion(pose_yaw=0.3, pose_pitch=-0.2, pose_roll=0.15, pose_x=0.1, pose_scale=1.2))
    wanted = rotation(0.3, -0.2, 0.15) @ rotation(*(float(v) for v in portrait[:3]))
    assert made.pose[:3] == pytest.approx(angles(wanted), abs=1e-5)
    assert made.pose[3:] == pytest.approx([0.1, 0, 0, 1.2])


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_every_coefficient_rises_from_the_portraits_value_to_1(
    portrait: NDArray[np.float32], name: str
) -> None:
    seen = [
        float(mapped(portrait, motion(**{f"expression_{name}": x})).expression[INDEX[name]])
        for x in np.linspace(0, 1, 41)
    ]
    assert seen[0] == pytest.approx(portrait[EXPRESSION][INDEX[name]], abs=1e-6)
    assert seen[-1] == pytest.approx(1.0, abs=1e-6)
    assert (np.diff(seen) > 0).all()
    assert np.diff(seen).max() < 0.05  # at no place does it jump


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_a_coefficient_moves_itself_and_what_it_contradicts_alone(
    portrait: NDArray[np.float32], name: str
) -> None:
    made = mapped(portrait, motion(**{f"expression_{name}": 1.0})).expression
    moved = {BLENDSHAPES[i] for i in np.flatnonzero(np.abs(made - portrait[EXPRESSION]) > 1e-6)}
    allowed = {own for own, driver in OPPOSED if driver == name} | {name}
    assert moved <= allowed | (set(PARTING) if name in CLOSING else set())
    for own in allowed - {name}:
        assert made[INDEX[own]] == pytest.approx(0.0, abs=1e-6)


def test_pressed_lips_shut_the_portraits_parted_ones(portrait: NDArray[np.float32]) -> None:
    pressed = motion(expression_mouthPressLeft=1.0, expression_mouthPressRight=1.0)
    assert mapped(portrait, pressed).expression[[INDEX[name] for name in PARTING]].max() == 0.0


@pytest.mark.parametrize("jaw", [0.1, 0.4, 1.0])
def test_a_mouth_that_is_closed_over_an_open_jaw_stays_as_the_driver_has_it(jaw: float) -> None:
    portrait = motion(expression_jawOpen=0.3, expression_mouthLowerDownLeft=0.2).values
    made = mapped(portrait, motion(expression_jawOpen=jaw, expression_mouthClose=jaw)).expression
    assert made[INDEX["jawOpen"]] == pytest.approx(jaw)
    assert made[INDEX["mouthClose"]] == pytest.approx(jaw)
    assert made[INDEX["mouthLowerDownLeft"]] == pytest.approx(0.0)


def test_sealing_is_continuous_where_the_jaw_begins_to_open() -> None:
    change = np.zeros(52, np.float32)
    before = sealed(change)
    for jaw in np.linspace(0, 0.2, 201):
        change[INDEX["jawOpen"]] = change[INDEX["mouthClose"]] = jaw
        assert abs(sealed(change) - before) < 0.02
        before = sealed(change)
    assert before == pytest.approx(1.0)


def test_an_emotion_is_absolute(portrait: NDArray[np.float32]) -> None:
    for number in range(len(EMOTIONS)):
        given = motion(expression_browInnerUp=0.7, expression_jawOpen=0.2)
        given.emotion[number] = 1.0
        assert np.array_equal(mapped(portrait, given).expression, given.expression)
    half = motion(emotion_sad=0.5)
    assert mapped(portrait, half).expression == pytest.approx(portrait[EXPRESSION] / 2)


def test_exact_values_are_left_as_they_are(portrait: NDArray[np.float32]) -> None:
    given = motion(pose_yaw=0.3, expression_jawOpen=0.2, gaze_yaw=0.1)
    exact = np.zeros(len(CHANNELS), np.float32)
    assert np.array_equal(mapped(portrait, given, share=exact).values, given.values)
    whole, half = mapped(portrait, given), mapped(portrait, given, share=exact + np.float32(0.5))
    assert half.values == pytest.approx((whole.values + given.values) / 2, abs=1e-6)


def test_small_changes_of_a_motion_stay_small(portrait: NDArray[np.float32]) -> None:
    random = np.random.default_rng(7)
    map_it = PortraitRest(portrait)
    for _ in range(200):
        here = Motion.neutral()
        here.expression[:] = random.uniform(0, 1, 52) * random.integers(0, 2, 52)
        here.pose[:3] = random.uniform(-0.5, 0.5, 3)
        there = here.values.copy()
        there[EXPRESSION] = np.clip(there[EXPRESSION] + random.uniform(-1e-3, 1e-3, 52), 0, 1)
        map_it(here.values)
        map_it(there)
        assert np.abs(here.values - there).max() < 0.03


def test_a_driver_that_reports_the_portrait_at_rest_gives_the_portrait(
    portrait: NDArray[np.float32],
) -> None:
    rest = motion(expression_mouthSmileLeft=0.4, expression_jawOpen=0.2, gaze_yaw=0.05)
    map_it = PortraitRest(portrait, rest.values)
    made = rest.values.copy()
    map_it(made)
    assert np.abs(made - portrait).max() < 1e-6
    # below its rest the portrait's own smile leaves the face, down to none
    smiles = []
    for x in np.linspace(0, 1, 21):
        below = motion(expression_mouthSmileLeft=x, expression_jawOpen=0.2, gaze_yaw=0.05)
        map_it(below.values)
        smiles.append(float(below.expression[INDEX["mouthSmileLeft"]]))
    assert smiles[0] == 0.0
    assert smiles[-1] == pytest.approx(1.0)
    assert (np.diff(smiles) > 0).all()
