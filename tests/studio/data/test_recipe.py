from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import msgspec
import numpy as np
import pytest

from studio.data.recipe import PERSON_RUN, Recipe, checked_recipe, scene_of
from studio.errors import StudioError
from studio.factors import Factors
from studio.head.identity import split_of


def numbers(factors: Factors) -> dict[str, Any]:
    return {f.name: getattr(factors, f.name) for f in fields(factors)}


def same(a: Any, b: Any) -> bool:
    return bool(np.all(a == b)) if isinstance(a, np.ndarray) else a == b


def test_a_moment_is_the_same_in_a_small_and_in_a_large_data_set() -> None:
    small, large = (scene_of(Recipe(count=n), 7) for n in (8, 9000))
    a, b = small.factors(0, 0), large.factors(0, 0)
    assert all(same(x, y) for x, y in zip(numbers(a).values(), numbers(b).values(), strict=True))


@pytest.mark.parametrize(
    ("change", "may_differ"),
    [
        ({"cameras": 3}, set()),
        ({"frames": 8}, set()),
        ({"style": "anime"}, {"style"}),
        ({"viewing": "frontal"}, {"view"}),
        ({"identities": 5}, {"identity"}),
        ({"split": "test"}, {"identity"}),
        ({"size": 512}, set()),
    ],
)
def test_an_option_changes_only_its_own_factor(change: dict[str, Any], may_differ: set[str]) -> None:
    recipe = Recipe(count=100)
    for moment in range(6):
        a = numbers(scene_of(recipe, moment).factors(0, 0))
        b = numbers(scene_of(msgspec.structs.replace(recipe, **change), moment).factors(0, 0))
        assert {name for name in a if not same(a[name], b[name])} <= may_differ


def test_another_seed_changes_everything() -> None:
    a, b = (numbers(scene_of(Recipe(count=9, seed=seed), 3).factors(0, 0)) for seed in (0, 1))
    assert {name for name in a if not same(a[name], b[name])} >= set(a) - {"style", "emotion"}


def test_factors_are_uncorrelated() -> None:
    rows = []
    for moment in range(0, 600 * PERSON_RUN, PERSON_RUN):
        f = scene_of(Recipe(count=2400), moment).factors(0, 0)
        rows.append([
            f.identity[0], f.pose.yaw, f.pose.pitch, f.articulation[17], f.emotion.max(), f.look, f.background,
            f.view.azimuth, f.view.elevation,
        ])  # fmt: skip
    off = np.corrcoef(np.array(rows, float).T) - np.eye(9)
    assert np.abs(off).max() < 0.16  # four deviations of chance among 600


def test_cameras_of_one_moment_see_the_same_face() -> None:
    scene = scene_of(Recipe(count=4, cameras=3, frames=4), 1)
    first, second = scene.factors(0, 2), scene.factors(2, 2)
    assert first.view != second.view
    assert all(same(x, y) for n, x, y in _pairs(first, second) if n != "view")


def test_sequences_move_and_a_sweep_holds_the_face_still() -> None:
    recipe = Recipe(count=4, frames=6)
    moving = scene_of(recipe, 2)
    assert moving.factors(0, 0).pose != moving.factors(0, 5).pose
    assert moving.factors(0, 0).view == moving.factors(0, 5).view
    swept = scene_of(msgspec.structs.replace(recipe, viewing="sweep"), 2)
    changed = {n for n, x, y in _pairs(swept.factors(0, 0), swept.factors(0, 5)) if not same(x, y)}
    assert changed == {"view"}
    both = scene_of(msgspec.structs.replace(recipe, viewing="dynamic-sweep"), 2)
    assert both.factors(0, 0).view != both.factors(0, 5).view
    assert both.factors(0, 0).pose != both.factors(0, 5).pose


def test_identities_are_of_the_split() -> None:
    recipe = Recipe(count=100, split="validation", identities=7)
    faces = {scene_of(recipe, moment).identity for moment in range(100)}
    assert {split_of(number) for number in faces} == {"validation"}
    assert 2 < len(faces) <= 7


def test_shards_hold_every_moment_once() -> None:
    for count, frames, cameras in ((1, 1, 1), (17, 1, 1), (1000, 1, 1), (30, 20, 2), (3, 400, 1)):
        recipe = Recipe(count=count, frames=frames, cameras=cameras)
        moments = [m for shard in range(recipe.shards) for m in recipe.moments_of(shard)]
        assert moments == list(range(count))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"count": 0}, "count"), ({"size": 3}, "size"), ({"size": 100_000}, "size"), ({"frames": 0}, "sequence"),
        ({"cameras": 1000}, "cameras"), ({"fps": float("nan")}, "fps"), ({"style": "oil"}, "style"),
        ({"seed": -1}, "seed"), ({"identities": 0}, "identities"), ({"viewing": "above"}, "view"),
    ],
)  # fmt: skip
def test_values_out_of_range_are_errors(change: dict[str, Any], word: str) -> None:
    with pytest.raises(StudioError, match=word):
        checked_recipe(msgspec.structs.replace(Recipe(count=10), **change))


def test_replacing_a_factor_keeps_the_others() -> None:
    factors = scene_of(Recipe(count=10), 1).factors(0, 0)
    other = replace(factors, gaze=(0.3, 0.0))
    assert [n for n, x, y in _pairs(factors, other) if not same(x, y)] == ["gaze"]


def _pairs(a: Factors, b: Factors) -> list[tuple[str, Any, Any]]:
    return [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
