"""Steps of the retouch network: shares of fields, and fields after one another."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from face.conditions import CHANNELS_IN, CONDITION_PX
from networks.retouch import FormFields, relit
from networks.retouch_steps import fields_in_steps, joined, looked_at, next_step, part_of
from tests.networks.still_fields import still_fields


def draft(size: int = 128) -> Tensor:
    """A smooth picture, opaque, whose colours tell the place."""
    axis = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x, y, 0.5 * x * y + 0.2, torch.ones_like(x)])[None]


def everywhere(flow: tuple[float, float] = (0.0, 0.0), gain: float = 1.0, bias: float = 0.0) -> FormFields:
    """The same bend and light at every place."""
    still = still_fields()
    return still._replace(
        flow=torch.tensor(flow)[None, :, None, None].expand_as(still.flow),
        gain=torch.full_like(still.gain, gain),
        bias=torch.full_like(still.bias, bias),
    )


def inside(picture: Tensor) -> Tensor:
    return picture[:, :, 20:-20, 20:-20]


def test_joined_fields_do_to_the_draft_what_both_do_after_one_another() -> None:
    first, second = everywhere((0.02, -0.01), 0.8, 0.05), everywhere((-0.03, 0.015), 1.1, -0.02)
    after_one_another = relit(second, relit(first, draft()))
    torch.testing.assert_close(
        inside(relit(joined(first, second), draft())), inside(after_one_another), atol=2e-3, rtol=0
    )


def test_the_second_bend_finds_what_the_first_did_where_it_looks() -> None:
    """A flow that is not the same everywhere: taken at the bent place, not at the pixel."""
    still = still_fields()
    side = still.flow.shape[-1]
    x = (torch.arange(side) + 0.5) / side
    first = still._replace(
        flow=torch.stack([0.1 * (x - 0.5).expand(side, side), torch.zeros(side, side)])[None]
    )
    second = everywhere((0.04, 0.0))
    found = joined(first, second).flow[0, 0, side // 2]
    wanted = 0.04 + 0.1 * (x + 0.04 - 0.5)
    torch.testing.assert_close(found[4:-8], wanted[4:-8], atol=1e-4, rtol=0)


def test_a_share_and_the_rest_of_constant_fields_are_the_whole() -> None:
    whole = everywhere((0.02, 0.01), 1.3, 0.0)
    third = torch.tensor([[1 / 3]])
    made = joined(part_of(whole, third), part_of(whole, 1.0 - third))
    torch.testing.assert_close(made.flow, whole.flow, atol=1e-6, rtol=0)
    torch.testing.assert_close(made.gain, whole.gain, atol=1e-6, rtol=0)


def test_a_network_that_always_answers_the_rest_of_the_way_ends_there_in_any_number_of_steps() -> None:
    """InDI with a perfect network: of what is left of the way, it answers all, and each step takes its share."""
    whole = everywhere((0.02, 0.01), 1.3, 0.0)
    planes = torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    asked: list[float] = []

    def ask(seen: Tensor, left: Tensor | None) -> FormFields:
        share = torch.ones(1, 1) if left is None else left
        asked.append(float(share))
        return part_of(whole, share)

    for steps, wanted in ((1, [1.0]), (2, [1.0, 0.5]), (4, [1.0, 0.75, 0.5, 0.25])):
        asked.clear()
        made = fields_in_steps(ask, planes, steps)
        assert asked == pytest.approx(wanted)
        torch.testing.assert_close(made.flow, whole.flow, atol=1e-6, rtol=0)
        torch.testing.assert_close(made.gain, whole.gain, atol=1e-5, rtol=0)


def test_a_step_sees_what_the_steps_before_it_made_and_nothing_else_has_changed() -> None:
    planes = torch.rand(
        1, CHANNELS_IN, CONDITION_PX, CONDITION_PX, generator=torch.Generator().manual_seed(3)
    )
    planes[:, :4] = draft(CONDITION_PX)
    before = everywhere((0.03, 0.0), 0.5)
    seen = looked_at(planes, before)
    torch.testing.assert_close(seen[:, :4], relit(before, planes[:, :4]))
    torch.testing.assert_close(seen[:, 4:], planes[:, 4:])
    assert float((seen[:, :3] - planes[:, :3]).abs().mean()) > 0.1


def test_paint_is_the_last_steps() -> None:
    painted = still_fields()._replace(mask=torch.ones_like(still_fields().mask))
    left, share = torch.full((1, 1), 0.5), torch.ones(1, 1)
    planes = torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    assert float(next_step(lambda *_: still_fields(), planes, painted, left, share).mask.max()) == 0.0
    assert float(next_step(lambda *_: painted, planes, still_fields(), left, share).mask.min()) == 1.0
