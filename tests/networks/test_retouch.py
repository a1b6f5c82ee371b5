from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from networks.retouch import (
    AVATAR,
    BIAS_LIMIT,
    DETAIL_LIMIT,
    FLOW_LIMIT,
    GAIN_LIMIT,
    FormNet,
    composite,
    enlarged,
    warped,
)
from tests.networks.still_fields import still_fields


def planes_of(colour: tuple[float, float, float] = (0.6, 0.4, 0.3), batch: int = 1) -> Tensor:
    """Conditions of a disc of one colour."""
    axis = (torch.arange(CONDITION_PX) + 0.5) / CONDITION_PX - 0.5
    inside = (axis[:, None] ** 2 + axis**2 < 0.3**2).float()
    planes = torch.zeros(batch, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    planes[:, :3] = torch.tensor(colour)[:, None, None] * inside
    planes[:, 3] = inside
    planes[:, 6] = planes[:, 9] = planes[:, 10] = planes[:, -1] = inside
    return planes


def soft_draft(size: int, batch: int = 1) -> Tensor:
    """A premultiplied draft with edges, opaque in its middle."""
    torch.manual_seed(3)
    rough = torch.rand(batch, 4, 16, 16)
    rough[:, 3] = 0.0
    rough[:, 3, 4:12, 4:12] = 1.0
    draft = torch.nn.functional.interpolate(rough, (size, size), mode="bilinear", align_corners=False)
    draft[:, :3] *= draft[:, 3:]
    return draft


def shaken(net: FormNet, by: float) -> FormNet:
    """The network with other weights, as if it had learnt something."""
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(by * torch.randn_like(weight))
    return net


@pytest.fixture
def net() -> FormNet:
    torch.manual_seed(0)
    return FormNet().eval()


def test_shapes_are_the_documented_ones_and_rows_do_not_mix(net: FormNet) -> None:
    planes = torch.cat([planes_of(), planes_of((0.2, 0.5, 0.7)), planes_of((0.9, 0.1, 0.1))])
    code = torch.randn(3, CODE)
    shaken(net, 0.02)
    with torch.no_grad():
        avatar = net.avatar(planes)
        fields = net(planes, code, avatar)
        alone = net(planes[1:2], code[1:2], avatar[1:2])
    half, full = (CONDITION_PX // 2,) * 2, (CONDITION_PX,) * 2
    shapes = {name: tuple(value.shape) for name, value in fields._asdict().items()}
    assert avatar.shape == (3, AVATAR)
    assert shapes["flow"] == (3, 2, *half)
    assert shapes["gain"] == shapes["bias"] == (3, 3, *half)
    assert shapes["paint"] == (3, 4, *full)
    assert shapes["mask"] == (3, 1, *full)
    for one, other in zip(fields, alone, strict=True):
        torch.testing.assert_close(one[1:2], other, atol=1e-4, rtol=1e-3)


def test_at_its_start_it_hardly_changes_a_draft(net: FormNet) -> None:
    planes = planes_of()
    draft = enlarged(planes[:, :4], 256)
    draft[:, :3] = torch.minimum(draft[:, :3], draft[:, 3:])
    with torch.no_grad():
        made = composite(net(planes, torch.randn(1, CODE), net.avatar(planes)), draft)
    assert (made - draft).abs().mean() < 0.06


@pytest.mark.parametrize("size", [128, 200, 256, 512])
def test_fields_that_say_nothing_leave_the_draft(size: int) -> None:
    draft = soft_draft(size)
    torch.testing.assert_close(composite(still_fields(), draft), draft, atol=2e-3, rtol=0)


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, -2), (5, 4)])
def test_a_flow_of_whole_pixels_shifts_by_whole_pixels(right: int, down: int) -> None:
    size = 128
    draft = torch.rand(1, 4, size, size)
    flow = torch.tensor([right / size, down / size])[None, :, None, None].expand(1, 2, size, size)
    edge = 8
    shifted = warped(draft, flow)[..., edge:-edge, edge:-edge]
    wanted = draft[..., edge + down : size - edge + down, edge + right : size - edge + right]
    torch.testing.assert_close(shifted, wanted, atol=2e-3, rtol=0)


def test_a_flow_field_of_low_resolution_moves_the_composite_as_well() -> None:
    size, right = 256, 4
    draft = soft_draft(size)
    flow = torch.zeros_like(still_fields().flow)
    flow[:, 0] = right / size
    made = composite(still_fields(flow=flow), draft)
    torch.testing.assert_close(made[..., 8:-8], draft[..., 8 + right : size - 8 + right], atol=2e-3, rtol=0)


def test_what_is_sampled_outside_the_draft_is_transparent() -> None:
    flow = torch.full((1, 2, 64, 64), 2.0)
    assert warped(torch.ones(1, 4, 64, 64), flow).abs().max() == 0.0


def test_a_person_who_reaches_the_frames_edge_is_not_pulled_away_from_it() -> None:
    draft = torch.zeros(1, 4, 64, 64)
    draft[..., 40:] = torch.linspace(0.3, 0.6, 24)
    draft[:, 3, :, 40:] = 1.0
    still = still_fields(1)
    flow = torch.zeros_like(still.flow)
    flow[:, 0] = 4 / 64  # four pixels from the right
    made = composite(still._replace(flow=flow), draft)
    torch.testing.assert_close(made[..., 36:60], draft[..., 40:], atol=1e-5, rtol=0)
    torch.testing.assert_close(made[..., 60:], draft[..., 63:].expand(-1, -1, -1, 4), atol=1e-5, rtol=0)


def test_detail_sharpens_what_is_soft_and_softens_what_is_sharp() -> None:
    """A stripe a pixel wide: the filter 1 2 1 leaves half of it, so that a detail of one makes it half as strong again."""
    draft = torch.ones(1, 4, 128, 128) * 0.4
    draft[:, 3] = 1.0
    draft[:, :3, :, 64] = 0.6
    for detail, height in ((0.0, 0.2), (1.0, 0.3), (-1.0, 0.1)):
        made = composite(still_fields(detail=still_fields().detail + detail), draft)
        assert float(made[0, 0, 64, 64]) - 0.4 == pytest.approx(height, abs=2e-3)
        assert made[0, 0, 64, 20:40].tolist() == pytest.approx([0.4] * 20, abs=1e-3)


def test_gain_and_bias_light_the_person_and_never_the_background() -> None:
    draft = soft_draft(128)
    gain, bias = still_fields().gain * 0.5, still_fields().bias + 0.1
    made = composite(still_fields(gain=gain, bias=bias), draft)
    torch.testing.assert_close(made[:, 3], draft[:, 3], atol=2e-3, rtol=0)
    wanted = torch.minimum(draft[:, :3] * 0.5 + 0.1 * draft[:, 3:], draft[:, 3:])
    torch.testing.assert_close(made[:, :3], wanted, atol=3e-3, rtol=0)


def test_paint_covers_where_its_mask_is_one_alone() -> None:
    draft = soft_draft(128)
    still = still_fields()
    mask, paint = still.mask.clone(), still.paint.clone()
    mask[..., :64] = 1.0
    paint[:, 0] = paint[:, 3] = 1.0  # opaque red
    made = composite(still_fields(mask=mask, paint=paint), draft)
    torch.testing.assert_close(made[..., 66:], draft[..., 66:], atol=2e-3, rtol=0)
    red = torch.tensor([1.0, 0, 0, 1])[None, :, None, None].expand(1, 4, 128, 60)
    torch.testing.assert_close(made[..., :60], red, atol=2e-3, rtol=0)


def test_outputs_stay_within_their_limits_whatever_the_weights(net: FormNet) -> None:
    shaken(net, 0.3)
    planes = torch.randn(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    planes[:, :4] = torch.rand_like(planes[:, :4])  # a picture
    with torch.no_grad():
        fields = net(planes, 10 * torch.randn(1, CODE), net.avatar(planes))
    assert fields.flow.abs().max() <= FLOW_LIMIT
    assert torch.log(fields.gain).abs().max() <= GAIN_LIMIT + 1e-5
    assert fields.bias.mean(1).abs().max() <= BIAS_LIMIT + 1e-6
    assert fields.detail.abs().max() <= DETAIL_LIMIT
    for name in ("paint", "mask"):
        assert 0.0 <= getattr(fields, name).min() <= getattr(fields, name).max() <= 1.0
    made = composite(fields, soft_draft(128))
    assert made.isfinite().all()
    assert made.min() >= -0.01
    assert made.max() <= 1.01


@pytest.mark.parametrize("colour", [(0.6, 0.4, 0.3), (0.2, 0.3, 0.5)])
def test_light_and_paint_have_the_drafts_own_hue_whatever_the_weights(
    net: FormNet, colour: tuple[float, float, float]
) -> None:
    """On faces unlike those that were learned from, hues of the network's own are stripes and spots."""
    shaken(net, 0.03)
    planes = planes_of(colour)
    planes[:, 4:] = torch.randn_like(planes[:, 4:])
    draft = torch.nn.functional.interpolate(planes[:, :4], (256, 256), mode="bilinear", align_corners=False)
    with torch.no_grad():
        fields = net(planes, torch.randn(1, CODE), net.avatar(planes))
        made = composite(fields, draft)[:, :3]
    grey, asked = made.mean(1, keepdim=True), torch.tensor(colour)[:, None, None]
    # not where a channel was cut off at 1, nor beside the disc, where there is nothing to take a hue from
    is_whole = (made.amax(1, keepdim=True) < 0.95) & (grey > 0.02) & (draft[:, 3:] == 1.0)
    off = (made / grey.clamp(min=0.02) - asked / asked.mean()) * is_whole
    assert is_whole.float().mean() > 0.1
    assert (grey / asked.mean())[is_whole].std() > 0.01  # it did relight and paint
    assert off.abs().max() < 0.02


def test_a_dark_colour_is_never_lit_to_a_haze_whatever_the_weights(net: FormNet) -> None:
    """And it may become as dark as it likes."""
    shaken(net, 0.1)
    planes = torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    dark = torch.tensor([0.12, 0.05, 0.08])
    planes[:, :3], planes[:, 3] = dark[:, None, None], 1.0
    planes[:, 4:] = torch.randn_like(planes[:, 4:])
    with torch.no_grad():
        fields = net(planes, torch.randn(1, CODE), net.avatar(planes))._replace(
            mask=torch.zeros(1, 1, 128, 128)
        )
        made = composite(fields, planes[:, :4]) / torch.tensor([*dark, 1.0])[:, None, None]
    inside = made[..., 16:-16, 16:-16]
    assert inside[:, :3].max() <= 1.4 * 1.06  # of the mean of the surroundings, which see the frame's edge
    assert inside[:, :3].max() > 1.2
    assert inside[:, :3].min() < 0.8


def test_frame_and_avatar_both_change_the_output(net: FormNet) -> None:
    shaken(net, 0.05)
    planes, code, avatar = planes_of(), torch.zeros(1, CODE), torch.zeros(1, AVATAR)
    with torch.no_grad():
        first = net(planes, code, avatar)
        other = {
            "frame": net(planes, torch.ones(1, CODE), avatar),
            "avatar": net(planes, code, torch.ones(1, AVATAR)),
        }
        codes = [net.avatar(planes_of(colour)) for colour in ((0.8, 0.7, 0.6), (0.2, 0.2, 0.3))]
    for fields in other.values():
        assert (fields.flow - first.flow).abs().max() > 1e-5
    assert (codes[0] - codes[1]).abs().max() > 1e-3


@pytest.mark.parametrize("colour", [(0.9, 0.1, 0.1), (0.1, 0.2, 0.9), (0.5, 0.5, 0.5)])
def test_paint_begins_with_the_drafts_own_colours(net: FormNet, colour: tuple[float, float, float]) -> None:
    """So that a face in colours never seen is not painted in those of the training."""
    planes = planes_of(colour)
    with torch.no_grad():
        paint = net(planes, torch.zeros(1, CODE), net.avatar(planes)).paint
    middle = paint[0, :3, 60:68, 60:68].mean((1, 2))
    assert middle.tolist() == pytest.approx(colour, abs=0.05)


def test_every_weight_gets_a_gradient(net: FormNet) -> None:
    planes = planes_of(batch=2)
    fields = net(planes, torch.randn(2, CODE), net.avatar(planes), torch.tensor([[0.5], [0.8]]))
    sum(value.square().sum() for value in fields).backward()
    assert [name for name, weight in net.named_parameters() if weight.grad is None] == []
