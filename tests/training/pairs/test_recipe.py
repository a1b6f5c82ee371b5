from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from studio.factors import Factors, Pose
from training.pairs.recipe import REGIMES, moments, portrait_factors


def numbers(factors: Factors) -> list[float]:
    """Everything that a picture is drawn from, as one list."""
    return [
        *factors.identity, factors.look, factors.background, *factors.articulation, *factors.emotion, *factors.gaze,
        *(getattr(factors.pose, name) for name in ("yaw", "pitch", "roll", "x", "y", "z", "scale")),
        *(getattr(factors.view, name) for name in ("azimuth", "elevation", "distance", "focal")),
    ]  # fmt: skip


def made(identity: int, seed: int, count: int = 8) -> list[list[float]]:
    portrait = portrait_factors(identity, seed)
    return [numbers(factors) for factors in (portrait, *moments(portrait, identity, count, seed))]


def test_everything_follows_from_identity_and_seed() -> None:
    assert made(3, 0) == made(3, 0)
    assert made(3, 0)[0] != made(4, 0)[0]
    for one, other in zip(made(3, 0), made(3, 1), strict=True):
        assert one != other
        assert one[:100] == other[:100]  # the same person, whatever the seed


def test_more_moments_leave_the_earlier_ones_as_they_were() -> None:
    assert made(5, 0, 12)[:9] == made(5, 0, 8)


def test_moments_take_turns_in_the_four_regimes() -> None:
    frontal, static, sweep, dynamic = range(len(REGIMES))
    seen: dict[int, list[Factors]] = {number: [] for number in range(len(REGIMES))}
    for identity in range(12):
        portrait = portrait_factors(identity, 0)
        for number, moment in enumerate(moments(portrait, identity, 8, 0)):
            seen[number % 4].append(moment)
            assert (moment.view == portrait.view) == (number % 4 == frontal)
            assert moment.look == portrait.look
            assert moment.background == portrait.background
            assert moment.view.focal == portrait.view.focal
    assert all(moment.pose == Pose() for moment in seen[sweep])
    assert not any(moment.pose == Pose() for moment in seen[static] + seen[dynamic] + seen[frontal])
    turned = {number: np.std([moment.pose.yaw for moment in found]) for number, found in seen.items()}
    assert turned[dynamic] > 1.3 * turned[static]
    for number in (static, sweep, dynamic):
        azimuths = [moment.view.azimuth for moment in seen[number]]
        assert min(azimuths) < -0.3
        assert max(azimuths) > 0.3


def test_half_of_the_frontal_moments_are_near_the_portrait() -> None:
    for identity in range(6):
        portrait = portrait_factors(identity, 0)
        turned = [
            abs(moment.pose.yaw - portrait.pose.yaw)
            for moment in list(moments(portrait, identity, 32, 0))[4::8]
        ]
        assert 0.0 < max(turned) < 0.25


@pytest.mark.parametrize("identity", range(6))
def test_values_are_those_that_a_face_can_have(identity: int) -> None:
    portrait = portrait_factors(identity, 0)
    assert portrait.view.azimuth == portrait.view.elevation == 0.0  # what the conversion to Motion needs
    assert max(abs(portrait.pose.yaw), abs(portrait.pose.pitch), abs(portrait.pose.roll)) < 0.2
    for factors in (portrait, *moments(portrait, identity, 8, 0)):
        for values in (factors.articulation, factors.emotion):
            assert values.dtype == np.float32
            assert 0 <= values.min() <= values.max() <= 1
        assert np.isfinite(numbers(factors)).all()


def test_frames_of_a_clip_follow_each_other() -> None:
    for identity in range(4):
        portrait = portrait_factors(identity, 0)
        frames = list(moments(portrait, identity, 32, 0, clip=4))
        clips = [frames[begin : begin + 4] for begin in range(0, 32, 4)]
        for clip, other in pairwise(clips):
            for before, after in pairwise(clip):
                assert numbers(before) != numbers(after)
                assert abs(after.pose.yaw - before.pose.yaw) < 0.2
                assert abs(after.view.azimuth - before.view.azimuth) < 0.12
                assert np.abs(after.emotion - before.emotion).max() < 0.3
            assert clip[-1].gaze != other[0].gaze
        # the regimes take turns by clips, each a still camera or one that moves evenly
        turns = [np.diff([moment.view.azimuth for moment in clip]) for clip in clips]
        assert not turns[0].any()
        assert not turns[1].any()
        assert np.ptp(turns[2]) < 1e-6 < abs(turns[2][0])


def test_a_clip_begins_as_a_moment_alone() -> None:
    portrait = portrait_factors(3, 0)
    alone = list(moments(portrait, 3, 4, 0))
    clips = list(moments(portrait, 3, 16, 0, clip=4))
    assert [numbers(one) for one in alone] == [numbers(one) for one in clips[::4]]
