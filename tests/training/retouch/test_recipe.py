from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from networks.retouch import FormFields, FormNet, composite
from tests.made_pairs import made_pairs
from training.retouch.batches import Batch, batch_of
from training.retouch.parts import PARTS
from training.retouch.recipe import WHOLE, FormRecipe


@pytest.fixture(scope="module")
def batch() -> Batch:
    person = made_pairs(light=0.6)
    made = batch_of([(person, 0), (person, 1)], None)
    made.code.normal_(generator=torch.Generator().manual_seed(1))
    return made


@pytest.fixture(scope="module")
def net() -> FormNet:
    """One whose outputs depend on all its inputs."""
    torch.manual_seed(0)
    made = FormNet()
    for parameter in made.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    return made


def made_of(recipe: FormRecipe, net: FormNet, batch: Batch) -> FormFields:
    with torch.no_grad():
        return recipe.fields(net, batch)


@pytest.mark.parametrize("part", [part for part in PARTS if part not in ("critic", "steps")])
def test_what_is_left_out_changes_the_picture(part: str, net: FormNet, batch: Batch) -> None:
    whole, less = (made_of(recipe, net, batch) for recipe in (WHOLE, FormRecipe(part)))
    assert not torch.equal(composite(whole, batch.draft), composite(less, batch.draft))


def test_several_parts_are_left_out_together(net: FormNet, batch: Batch) -> None:
    """Outputs: nothing is left of the network. Inputs: the same as one after the other."""
    none = made_of(FormRecipe("flow,light,detail,paint"), net, batch)
    torch.testing.assert_close(composite(none, batch.draft), batch.draft, atol=1e-5, rtol=0)
    blind = batch.planes.clone()
    blind[:, 4:7] = 0.0
    portrait = batch.portrait_planes.clone()
    portrait[:, 4:7] = 0.0
    of_blind = made_of(FormRecipe("pose"), net, replace(batch, planes=blind, portrait_planes=portrait))
    for one, other in zip(made_of(FormRecipe("normals,pose"), net, batch), of_blind, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    ("part", "places"), [("normals", slice(4, 7)), ("portrait", slice(7, 11)), ("labels", slice(11, 17))]
)
def test_a_picture_that_is_left_out_is_not_seen(part: str, places: slice, net: FormNet, batch: Batch) -> None:
    """Else an ablation would measure something else than it says."""
    before = made_of(FormRecipe(part), net, batch)
    kept = batch.planes.clone(), batch.portrait_planes.clone()
    for planes in (batch.planes, batch.portrait_planes):
        planes[:, places] += 0.7
    try:
        same(made_of(FormRecipe(part), net, batch), before)
        assert not torch.equal(made_of(WHOLE, net, batch).flow, before.flow)
    finally:
        batch.planes.copy_(kept[0])
        batch.portrait_planes.copy_(kept[1])


@pytest.mark.parametrize("part", ["expression", "pose"])
def test_numbers_that_are_left_out_are_not_seen(part: str, net: FormNet, batch: Batch) -> None:
    before = made_of(FormRecipe(part), net, batch)
    kept = batch.code.clone()
    batch.code[:, slice(0, 62) if part == "expression" else slice(62, 71)] += 0.7
    try:
        same(made_of(FormRecipe(part), net, batch), before)
    finally:
        batch.code.copy_(kept)


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("flow", "flow", 0.0),
        ("light", "gain", 1.0),
        ("light", "bias", 0.0),
        ("detail", "detail", 0.0),
        ("paint", "mask", 0.0),
    ],
)
def test_an_output_that_is_left_out_changes_nothing(
    part: str, field: str, value: float, net: FormNet, batch: Batch
) -> None:
    left = getattr(made_of(FormRecipe(part), net, batch), field)
    assert bool((left == value).all())
    assert bool((getattr(made_of(WHOLE, net, batch), field) != value).any())


def test_the_avatars_code_is_disturbed_while_it_learns_and_never_else(net: FormNet, batch: Batch) -> None:
    def flow(seed: int | None, recipe: FormRecipe = WHOLE) -> Tensor:
        random = None if seed is None else torch.Generator().manual_seed(seed)
        with torch.no_grad():
            return recipe.fields(net, batch, random).flow

    torch.testing.assert_close(flow(None), flow(None), rtol=0, atol=0)
    torch.testing.assert_close(flow(3), flow(3), rtol=0, atol=0)
    assert not torch.equal(flow(3), flow(4))
    assert not torch.equal(flow(3), flow(None))
    without = FormRecipe("avatar")
    torch.testing.assert_close(flow(3, without), flow(None, without), rtol=0, atol=0)


def same(one: FormFields, other: FormFields) -> None:
    for mine, theirs in zip(one, other, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=0)
