from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from face.conditions import HEAD, POSE
from face.ray_maps import pose_maps
from networks.dit_design import DitDesign
from tests.made_pairs import made_pairs
from training.diffusion.examples import DROPS, Examples, examples_of
from training.retouch.batches import Batch, batch_of, mirrored_code

DESIGN = DitDesign()
DRIVING = ("planes", "maps", "expression", "emotion", "pose", "portrait_planes", "portrait_maps")


@pytest.fixture(scope="module")
def batch() -> Batch:
    person = made_pairs(1, 3)
    return batch_of([(person, number) for number in range(3)], None)


@pytest.fixture(scope="module")
def examples(batch: Batch) -> Examples:
    return examples_of(batch, DESIGN)


def test_pictures_are_those_of_the_pairs_at_half_the_size(batch: Batch, examples: Examples) -> None:
    assert examples.draft.shape == (3, 1, 4, 128, 128)
    wanted = batch.truth[1, :, 10:12, 20:22].mean((1, 2))
    torch.testing.assert_close(0.5 * (examples.truth[1, 0, :, 5, 10] + 1), wanted)
    assert torch.equal(examples.planes[:, 0], batch.planes)
    assert float(examples.face.max()) == 1.0


def test_maps_and_numbers_are_those_of_the_code(batch: Batch, examples: Examples) -> None:
    code, portrait = batch.code.numpy(), batch.portrait_code.numpy()
    np.testing.assert_array_equal(portrait[2], code[0])  # the first pair is the portrait's own motion
    np.testing.assert_array_equal(examples.maps[2, 0], pose_maps(code[2], portrait[2], DESIGN.grid))
    np.testing.assert_array_equal(examples.portrait_maps[2], pose_maps(portrait[2], portrait[2], DESIGN.grid))
    np.testing.assert_array_equal(examples.pose[1, 0], np.concatenate([code[1, HEAD], code[1, POSE][3:]]))
    np.testing.assert_array_equal(examples.expression[1, 0], np.append(code[1, :54], 1.0))
    np.testing.assert_array_equal(examples.emotion[1, 0], code[1, 54:62])


def test_a_mirrored_moment_has_mirrored_ray_maps(batch: Batch) -> None:
    code, portrait = batch.code[1].numpy(), batch.portrait_code[1].numpy()
    maps = pose_maps(code, portrait, 8)
    mirrored = pose_maps(mirrored_code(code), mirrored_code(portrait), 8)
    # a moment is an axial vector, so that its x stays where the others turn round
    signs = np.array([-1, 1, 1, 1, -1, -1, -1, 1, 1, -1, 1, 1], np.float32)
    np.testing.assert_allclose(mirrored, maps[:, :, ::-1] * signs[:, None, None], atol=1e-5)


def test_what_is_dropped_is_zero_and_the_rest_is_kept(examples: Examples) -> None:
    thinned = examples.dropped(("", "expression", "all"))
    assert DROPS == ("", "expression", "all")
    zero = {
        row: {name for name in DRIVING if not getattr(thinned, name)[row].any()} - {"emotion"}
        for row in range(3)
    }
    assert zero == {0: set(), 1: {"expression"}, 2: set(DRIVING) - {"emotion"}}
    assert not thinned.emotion[1:].any()
    for entry in fields(examples):
        if entry.name not in DRIVING:
            assert torch.equal(getattr(thinned, entry.name), getattr(examples, entry.name))
    assert torch.equal(thinned.planes[:2], examples.planes[:2])


def test_a_given_rest_is_told_from_no_expression(examples: Examples) -> None:
    still = replace(examples, expression=torch.zeros_like(examples.expression))
    assert float(examples.expression[0, 0, -1]) == 1.0
    assert float(still.dropped([""] * 3).expression.abs().max()) == 0.0
