from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch import Tensor
from torch.nn import functional

from measure import image_metrics
from networks.retouch import FormFields
from tests.made_pairs import made_pairs
from tests.networks.still_fields import still_fields
from training.retouch.batches import Batch, batch_of
from training.retouch.losses import form_loss, over, psnr_db, sharpness


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Two pairs whose draft is the truth."""
    person = made_pairs(light=1.0)
    made = batch_of([(person, 0), (person, 1)], None)
    return replace(made, flow=torch.zeros_like(made.flow))


def total(fields: FormFields, batch: Batch) -> float:
    return float(form_loss(fields, batch).total)


def blurred(picture: Tensor) -> Tensor:
    """A box of five pixels."""
    return functional.avg_pool2d(functional.pad(picture, (2, 2, 2, 2), mode="replicate"), 5, stride=1)


def shifted(picture: Tensor, pixels: int) -> Tensor:
    """What lay `pixels` to the left is here now."""
    return torch.roll(picture, pixels, 3)


def test_blur_costs_more_than_what_is_sharp_and_a_pixel_aside(batch: Batch) -> None:
    """Else a network that does not know a place answers with blur."""
    still = still_fields(2)
    sharp = total(still, batch)
    aside = total(still, replace(batch, draft=shifted(batch.draft, 1)))
    soft = total(still, replace(batch, draft=blurred(blurred(batch.draft))))
    assert sharp < aside < soft


def test_another_light_costs_and_the_gain_that_mends_it_costs_less(batch: Batch) -> None:
    dark = batch.draft.clone()
    dark[:, :3] *= 0.6
    dark_batch = replace(batch, draft=dark)
    still = still_fields(2)
    mended = still_fields(2, gain=still.gain / 0.6)
    assert total(mended, dark_batch) < total(still, dark_batch)


def test_no_light_is_learned_from_a_photograph_that_was_turned_away(batch: Batch) -> None:
    """Its other pairs learn it as before."""
    dark = batch.draft.clone()
    dark[:, :3] *= 0.6
    turned = replace(batch, draft=dark, is_lit=torch.tensor([0.0, 1.0]).view(2, 1, 1, 1))
    still = still_fields(2)
    gain, bias = (field.clone().requires_grad_(True) for field in (still.gain, still.bias))
    form_loss(still._replace(gain=gain, bias=bias), turned).total.backward()
    assert gain.grad is not None
    assert bias.grad is not None
    for grad in (gain.grad, bias.grad):
        assert not grad[0].any()
        assert grad[1].any()


def test_the_true_flow_costs_least(batch: Batch) -> None:
    pixels, size = 4, batch.draft.shape[-1]
    # the draft lies 4 pixels to the right of the truth
    moved = replace(
        batch,
        draft=shifted(batch.draft, pixels),
        flow=torch.tensor([pixels / size, 0.0]).expand_as(batch.flow).contiguous(),
        flow_weight=torch.ones_like(batch.flow_weight),
    )
    flow = torch.zeros_like(still_fields(2).flow)
    flow[:, 0] = pixels / size
    costs = {share: total(still_fields(2, flow=share * flow), moved) for share in (-1.0, 0.0, 0.5, 1.0, 1.5)}
    assert min(costs, key=lambda share: costs[share]) == 1.0
    assert costs[-1.0] > costs[0.0] > costs[0.5]


def test_hidden_landmarks_do_not_count(batch: Batch) -> None:
    wrong = replace(batch, flow=batch.flow + 0.02)
    hidden, seen = (replace(wrong, flow_weight=torch.full_like(batch.flow_weight, w)) for w in (0.0, 1.0))
    still = still_fields(2)
    assert total(still, hidden) == pytest.approx(total(still, replace(batch, flow_weight=hidden.flow_weight)))
    assert total(still, seen) > total(still, hidden)


def test_paint_that_shows_nothing_new_costs(batch: Batch) -> None:
    still = still_fields(2)
    painted = still_fields(2, mask=still.mask + 0.5, paint=still.paint + 0.5)
    assert total(still, batch) < total(painted, batch)


def test_what_has_no_weight_does_not_count(batch: Batch) -> None:
    """Neither its colours, nor its outline, nor paint over it."""
    near = functional.max_pool2d(batch.face, 41, stride=1, padding=20) > 0  # squares at its edge reach so far
    other = torch.where(near, batch.truth, 0.7)
    still = still_fields(2)
    far = functional.avg_pool2d((~near).float(), batch.face.shape[-1] // still.mask.shape[-1]) == 1.0
    painted = still_fields(2, mask=far.float(), paint=torch.ones_like(still.paint))
    assert far.any()
    assert total(still, replace(batch, truth=other)) > total(still, batch) + 0.01
    assert total(painted, batch) > total(still, batch) + 0.01
    face_only = replace(batch, weight=batch.weight * batch.face)
    alone = total(still, face_only)
    assert total(still, replace(face_only, truth=other)) == pytest.approx(alone, abs=1e-6)
    assert total(painted, face_only) == pytest.approx(alone, abs=1e-6)


def test_a_rough_flow_costs_more_than_a_smooth_one_of_the_same_size(batch: Batch) -> None:
    blank = replace(batch, flow_weight=torch.zeros_like(batch.flow_weight))
    flow = torch.zeros_like(still_fields(2).flow)
    smooth, rough = flow + 0.002, flow + 0.002
    rough[..., ::2] *= -1
    flat = torch.full_like(batch.draft, 0.5)
    blank = replace(blank, draft=flat, truth=flat)
    assert total(still_fields(2, flow=smooth), blank) < total(still_fields(2, flow=rough), blank)


def test_every_part_is_reported_as_a_finite_number(batch: Batch) -> None:
    loss = form_loss(still_fields(2), batch)
    assert len(loss.parts) > 3
    assert all(np.isfinite(value) for value in loss.parts.values())
    assert loss.total.isfinite()


def test_over_is_porter_and_duffs() -> None:
    picture = torch.tensor([0.2, 0.1, 0.0, 0.4]).reshape(1, 4, 1, 1)
    backdrop = torch.tensor([1.0, 0.5, 0.0]).reshape(1, 3, 1, 1)
    assert over(picture, backdrop).flatten().tolist() == pytest.approx([0.8, 0.4, 0.0])


def as_bytes(picture: Tensor) -> np.ndarray:
    return np.round(picture[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)


def test_the_figures_are_those_that_methods_are_measured_by(batch: Batch) -> None:
    truth, other = over(batch.truth, batch.backdrop)[:1], over(blurred(batch.truth), batch.backdrop)[:1]
    truth, other = ((picture * 255).round() / 255 for picture in (truth, other))
    mask = batch.face[:1]
    inside = mask[0, 0].numpy() > 0
    wanted = image_metrics.psnr_db(as_bytes(other), as_bytes(truth), inside)
    assert float(psnr_db(other, truth, mask)) == pytest.approx(wanted, abs=0.01)
    wanted = image_metrics.sharpness(as_bytes(other), as_bytes(truth), inside)
    assert float(sharpness(other, truth, mask)) == pytest.approx(wanted, rel=1e-3)


def test_sharpness_is_one_for_the_truth_and_less_for_a_blurred_picture(batch: Batch) -> None:
    truth = over(batch.truth, batch.backdrop)
    assert sharpness(truth, truth, batch.face).tolist() == pytest.approx([1.0, 1.0])
    assert (sharpness(blurred(truth), truth, batch.face) < 0.7).all()
    assert sharpness(truth * 0.5 + 0.1, truth, batch.face).tolist() == pytest.approx([0.25] * 2, rel=1e-4)
