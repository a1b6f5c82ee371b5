from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from protocol.blendshapes import BLENDSHAPES, INDEX
from training.emotion.movers import RATE_HZ
from training.emotion.postures import postures

STILL = np.zeros((60, 20 * RATE_HZ, len(BLENDSHAPES)), np.float32)


@pytest.fixture(scope="module")
def held() -> np.ndarray:
    return postures(np.random.default_rng(3), STILL)


def test_some_postures_are_held_for_seconds_and_others_pass_in_a_moment(held: np.ndarray) -> None:
    lengths = []
    for take in held[..., INDEX["mouthLeft"]]:
        edges = np.flatnonzero(np.diff((take > 0.1).astype(int), prepend=0, append=0))
        lengths += list((edges[1::2] - edges[::2]) / RATE_HZ)
    assert len(lengths) > 20
    assert min(lengths) < 0.4
    assert max(lengths) > 1.5


def test_values_are_coefficients_and_rise_without_a_jump(held: np.ndarray) -> None:
    assert 0.0 <= held.min() <= held.max() <= 1.0
    # the shortest way to the full strength takes 0.08 s, 1.5 of its mean speed at most
    assert np.abs(np.diff(held, axis=1)).max() < 1.5 / RATE_HZ / 0.08


def test_both_sides_of_the_mouth_are_pulled_and_smiles_are_not_held(held: np.ndarray) -> None:
    strongest = held.max((0, 1))
    for name in (
        "mouthLeft",
        "mouthRight",
        "jawLeft",
        "jawRight",
        "mouthShrugLower",
        "cheekPuff",
        "eyeBlinkLeft",
    ):
        assert strongest[INDEX[name]] > 0.4, name
    assert not held[..., INDEX["browDownLeft"]].any()
    assert strongest[INDEX["mouthSmileLeft"]] < 0.11


def test_lids_follow_a_gaze_that_goes_down() -> None:
    looks = STILL.copy()
    looks[..., INDEX["eyeLookDownLeft"]] = 0.5
    made = postures(np.random.default_rng(3), looks)[..., INDEX["eyeBlinkLeft"]]
    least = made.min(1)
    assert (least > 0.02).mean() > 0.4
    assert least.max() <= 0.31
