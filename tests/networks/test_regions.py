from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from face.conditions import CODE, EMOTION, GAZE, HEAD, POSE
from face.regions import REGIONS
from networks.regions import REGION_PLANES, RegionFields, RegionNets, bent_crop, composite_region, own_numbers
from networks.retouch import AVATAR
from protocol.blendshapes import BLENDSHAPES, INDEX
from tests.networks.retouch_models import random_regions

each_region = pytest.mark.parametrize("name", REGIONS)


def inputs(name: str, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    torch.manual_seed(seed)
    region = REGIONS[name]
    crop = torch.rand(1, 4, region.height, region.width)
    crop[:, :3] *= crop[:, 3:]
    planes = torch.randn(1, REGION_PLANES, region.height // 2, region.width // 2)
    return crop, planes, torch.randn(1, CODE), torch.randn(1, AVATAR)


def unchanged(name: str, blend: float = 1.0) -> RegionFields:
    region = REGIONS[name]
    half, full = (1, 1, region.height // 2, region.width // 2), (1, 1, region.height, region.width)
    return RegionFields(
        flow=torch.zeros(half).repeat(1, 2, 1, 1),
        gain=torch.ones(half).repeat(1, 3, 1, 1),
        bias=torch.zeros(half).repeat(1, 3, 1, 1),
        paint=torch.zeros(full).repeat(1, 3, 1, 1),
        mask=torch.zeros(full),
        blend=torch.full(full, blend),
    )


def test_mouth_and_eyes_share_no_articulation_but_the_sneer() -> None:
    mouth, eyes = (
        {BLENDSHAPES[k] for k in own_numbers(name) if k < len(BLENDSHAPES)} for name in ("mouth", "eyes")
    )
    assert mouth & eyes == {"noseSneerLeft", "noseSneerRight"}
    assert mouth | eyes == set(BLENDSHAPES)
    for name in REGIONS:
        seen = set(own_numbers(name))
        for part in (EMOTION, POSE, HEAD):
            assert seen.issuperset(range(part.start, part.stop))
    assert set(range(GAZE.start, GAZE.stop)) <= set(own_numbers("eyes"))
    assert not set(range(GAZE.start, GAZE.stop)) & set(own_numbers("mouth"))


@each_region
def test_a_region_does_not_answer_to_the_other_regions_shapes(name: str) -> None:
    net = random_regions().region(name)
    crop, planes, code, avatar = inputs(name)
    own, foreign = ("jawOpen", "eyeBlinkLeft") if name == "mouth" else ("eyeBlinkLeft", "jawOpen")
    with torch.no_grad():
        before = net(crop, planes, code, avatar)
        for shape, is_seen in ((foreign, False), (own, True)):
            moved = code.clone()
            moved[:, INDEX[shape]] += 2.0
            after = net(crop, planes, moved, avatar)
            assert torch.equal(before.paint, after.paint) is not is_seen
            assert torch.equal(before.flow, after.flow) is not is_seen


@each_region
def test_fields_have_their_shapes_and_ranges_and_end_at_the_crops_edge(name: str) -> None:
    region = REGIONS[name]
    with torch.no_grad():
        fields = random_regions().region(name)(*inputs(name))
    half, full = (region.height // 2, region.width // 2), (region.height, region.width)
    shapes = {"flow": (1, 2, *half), "gain": (1, 3, *half), "bias": (1, 3, *half), "paint": (1, 3, *full)}
    for part, shape in (shapes | {"mask": (1, 1, *full), "blend": (1, 1, *full)}).items():
        assert getattr(fields, part).shape == shape
    for part in (fields.paint, fields.mask, fields.blend):
        assert 0.0 <= float(part.min()) <= float(part.max()) <= 1.0
    assert float(fields.flow.abs().max()) <= 8.0
    edge = torch.cat([fields.blend[..., 0, :].flatten(), fields.blend[..., :, -1].flatten()])
    assert float(edge.max()) == 0.0
    assert float(fields.blend.max()) > 0.1


@each_region
def test_fields_that_change_nothing_leave_the_draft_and_no_blend_leaves_what_is_below(name: str) -> None:
    crop, *_ = inputs(name)
    below = torch.rand_like(crop)
    assert torch.allclose(composite_region(unchanged(name), crop, below), crop, atol=1e-5)
    assert torch.equal(composite_region(unchanged(name, blend=0.0), crop, below), below)


def test_flow_is_in_pixels_of_the_crop() -> None:
    crop = torch.rand(1, 4, 96, 128)
    flow = torch.zeros(1, 2, 96, 128)
    flow[:, 0], flow[:, 1] = 5.0, -3.0
    assert torch.allclose(bent_crop(crop, flow)[..., 10:-10, 10:-10], crop[..., 7:-13, 15:-5], atol=1e-4)


def test_paint_covers_by_its_mask_within_the_alpha() -> None:
    fields = unchanged("mouth")
    fields.paint[:] = torch.tensor([1.0, 0.5, 0.0]).reshape(1, 3, 1, 1)
    fields.mask[:] = 0.5
    crop = torch.zeros(1, 4, 96, 128)
    crop[:, 3] = 0.8
    made = composite_region(fields, crop, torch.zeros_like(crop))
    assert torch.allclose(made[0, :, 40, 60], torch.tensor([0.4, 0.2, 0.0, 0.8]), atol=1e-6)


def test_both_cost_less_than_half_a_gflop() -> None:
    nets = RegionNets()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        for name in REGIONS:
            nets.region(name)(*inputs(name))
    assert counter.get_total_flops() < 0.41e9
