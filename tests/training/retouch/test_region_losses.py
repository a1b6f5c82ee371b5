from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch import Tensor
from torch.nn import functional

from networks.regions import RegionFields
from networks.retouch import composite
from tests.made_pairs import made_pairs
from tests.networks.retouch_models import random_net
from tests.networks.test_regions import unchanged
from training.retouch.batches import Batch, RegionBatch, batch_of
from training.retouch.region_losses import form_crop, judged_crops, region_loss

#: A crop of the mouth: 128 pixels are 0.25 of the picture's height, turned a little.
TURN = 0.2
SCALE = 128 / 0.25


def matrix() -> Tensor:
    c, s = SCALE * np.cos(TURN), SCALE * np.sin(TURN)
    rows = np.array([[c, s, 0.0], [-s, c, 0.0]])
    rows[:, 2] = (64, 48) - rows[:, :2] @ (0.02, 0.05)
    return torch.from_numpy(rows.astype(np.float32))[None]


def places() -> Tensor:
    """(1, 96, 128, 2) where the crop's pixels lie in the picture, for grid_sample."""
    rows = matrix()[0].double()
    y, x = torch.meshgrid(
        torch.arange(96, dtype=torch.float64) + 0.5,
        torch.arange(128, dtype=torch.float64) + 0.5,
        indexing="ij",
    )
    return (2 * (torch.stack([x, y], -1) - rows[:, 2]) @ torch.linalg.inv(rows[:, :2]).T).float()[None]


def batch(smooth_px: int = 32) -> tuple[Batch, RegionBatch]:
    """A pair of smooth pictures, so that resampling them costs nothing, with its crop."""
    torch.manual_seed(0)
    one = batch_of([(made_pairs(1, 1), 0)], None)
    small = torch.rand(1, 4, smooth_px // 4, smooth_px // 4) * 0.5
    small[:, 3] = 1.0
    draft = functional.interpolate(small, (256, 256), mode="bicubic").clamp(0, 1)
    crop = functional.grid_sample(draft, places(), mode="bilinear", align_corners=False)
    region = RegionBatch(crop, crop * 0.8, torch.zeros(1, 13, 48, 64), matrix())
    object.__setattr__(one, "draft", draft)
    return one, region


def test_the_form_networks_crop_is_the_crop_of_its_picture() -> None:
    one, region = batch()
    net = random_net()
    with torch.no_grad():
        fields = net(one.planes, one.code, net.avatar(one.portrait_planes))
        whole = composite(fields, one.draft)
        wanted = functional.grid_sample(whole, places(), mode="bilinear", align_corners=False)
        got = form_crop(fields, one, region)
        without = functional.grid_sample(one.draft, places(), mode="bilinear", align_corners=False)
    inner = (..., slice(12, -12), slice(12, -12))  # at the edge a crop has no neighbours to bend in
    assert float((got - wanted)[inner].abs().mean()) < 0.01
    assert float((without - wanted)[inner].abs().mean()) > 0.05, "the fields do nothing"


def test_the_loss_prefers_the_truth() -> None:
    one, region = batch()
    losses = []
    for gain in (1.0, 0.9, 0.8):
        fields = unchanged("mouth")
        fields.gain[:] = gain
        loss = region_loss(fields, one, region, region.draft)
        losses.append(float(loss.total))
        assert loss.made.shape == region.draft.shape
    assert losses[0] > losses[1] > losses[2]


def test_the_flow_that_carries_the_landmarks_costs_nothing() -> None:
    one, region = batch()
    shift = torch.tensor([0.004, -0.006])
    object.__setattr__(one, "flow_at", torch.tensor([[[0.02, 0.05], [0.05, 0.06], [0.45, 0.4]]]))
    object.__setattr__(one, "flow", shift.expand(1, 3, 2).contiguous())
    object.__setattr__(one, "flow_weight", torch.ones(1, 3))

    def flow_part(flow: Tensor) -> float:
        fields = unchanged("mouth")
        fields.flow[:] = flow.reshape(1, 2, 1, 1)
        return region_loss(fields, one, region, region.draft).parts["flow"]

    wanted = matrix()[0, :, :2] @ shift  # pixels of the crop
    assert flow_part(wanted) < 1e-6
    assert flow_part(torch.zeros(2)) > 1.0
    assert flow_part(-wanted) > flow_part(torch.zeros(2))


def test_pixels_inside_the_mouth_count_most() -> None:
    one, region = batch()
    region.planes[:, 10, 20:28, 20:40] = 1.0  # the part's label
    errors = []
    for row, column in ((48, 60), (10, 100)):
        fields: RegionFields = unchanged("mouth")
        fields.mask[..., row : row + 4, column : column + 4] = 1.0
        errors.append(region_loss(fields, one, region, region.draft).parts["fine"])
    assert errors[0] > errors[1]


def test_figures_compare_with_the_draft_and_the_form_network() -> None:
    _, region = batch()
    found = judged_crops(region.truth, region, region.draft)
    assert float(found["db"][0]) > 80
    assert torch.equal(found["form_db"], found["draft_db"])
    assert float(found["sharp"][0]) == pytest.approx(1.0)
    assert float(found["draft_sharp"][0]) == pytest.approx(1 / 0.64, rel=0.05)
