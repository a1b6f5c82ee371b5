"""Losses of the form network, and the figures by which it is judged."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from networks.retouch import FormFields, painted, relit
from training.retouch.batches import Batch

_EPS = 1e-3  # of the Charbonnier loss
#: Weights of the sum.
_COARSE, _FINE, _GRADIENT, _ENERGY, _ALPHA = 1.0, 0.5, 0.3, 8.0, 1.0
_FLOW, _SMOOTH, _MOVE, _LIGHT, _MASK, _DOUBT = 6.0, 0.6, 0.1, 0.6, 0.05, 0.1
#: What paint costs outside the face, and more in it: it is softer than what the portrait shows.
_PAINT, _FACE_PAINT = 0.5, 2.5
#: Side of the squares of pixels whose colours and whose gradient energies are compared.
_SQUARE, _ENERGY_SQUARE = 4, 16


@dataclass(frozen=True, slots=True)
class FormLoss:
    """The loss of a batch, its parts for the log, and the draft (B, 4, S, S) bent and relit, without paint."""

    total: Tensor
    parts: dict[str, float]
    bent: Tensor


def over(picture: Tensor, backdrop: Tensor) -> Tensor:
    """A premultiplied picture (B, 4, S, S) over a backdrop (B, 3, S, S)."""
    return picture[:, :3] + (1.0 - picture[:, 3:]) * backdrop


def form_loss(fields: FormFields, batch: Batch) -> FormLoss:
    """The weighted sum of all losses.

    Draft and truth lie a pixel apart where the fit is wrong, which no condition tells. So colours are compared mainly as
    means of small squares, which a pixel's shift hardly changes, and sharpness as the gradient energy of larger squares: a
    network that answers the doubt by blurring pays for it. Flow: the true displacement of the landmarks that both pictures
    show, and second differences. Paint costs most where the face is seen.
    """
    fields = _lit(fields, batch.is_lit)
    bent = relit(fields, batch.draft)
    made = painted(fields, batch.draft, bent)
    shown, meant = over(made, batch.backdrop), over(batch.truth, batch.backdrop)
    weight = batch.weight / batch.weight.mean()
    counts = (batch.weight > 0.0).float()
    error = shown - meant
    coarse = (
        charbonnier(functional.avg_pool2d(error, _SQUARE)) * functional.avg_pool2d(weight, _SQUARE)
    ).mean()
    fine = (charbonnier(error) * weight).mean()
    gradient = sum(
        (charbonnier(difference(error, axis)) * _difference_weight(weight, axis)).mean() for axis in (2, 3)
    )
    # of the draft's own pixels: paint would answer with grain
    below = over(bent, batch.backdrop)
    face_share = functional.avg_pool2d(batch.face, _ENERGY_SQUARE)
    energy = ((gradient_energy(below) - gradient_energy(meant)).abs() * face_share).mean() / (
        face_share.mean() + 1e-3
    )
    alpha = (charbonnier(made[:, 3:] - batch.truth[:, 3:]) * counts).mean()
    at = functional.grid_sample(fields.flow, 2.0 * batch.flow_at[:, :, None], align_corners=False)
    apart = functional.smooth_l1_loss(
        at[..., 0].transpose(1, 2) * 256, batch.flow * 256, beta=0.5, reduction="none"
    ).sum(-1)
    seen = batch.flow_weight
    flow = (apart * seen).sum() / (seen.sum() + 1.0) / 256
    moves = torch.cat([fields.flow, 0.2 * fields.far], 1)
    smooth = sum(second_difference(moves, axis).abs().mean() for axis in (2, 3)) * 32
    move = fields.flow.abs().mean() * 16
    lit = torch.cat([torch.log(fields.gain), 2.0 * fields.bias], 1)
    light = sum(second_difference(lit, axis).abs().mean() for axis in (2, 3))
    size = fields.mask.shape[-1]
    face, counted = (functional.avg_pool2d(one, one.shape[-1] // size) for one in (batch.face, counts))
    mask = (fields.mask * counted * (_PAINT + _FACE_PAINT * face)).mean()
    # half-transparent paint is a halo: it is there or not
    alpha_of_paint = fields.paint[:, 3:]
    doubt = (fields.mask * alpha_of_paint * (1.0 - alpha_of_paint)).mean() * 4
    total = (
        _COARSE * coarse
        + _FINE * fine
        + _GRADIENT * gradient
        + _ENERGY * energy
        + _ALPHA * alpha
        + _FLOW * flow
        + _SMOOTH * smooth
        + _MOVE * move
        + _MASK * mask
        + _DOUBT * doubt
        + _LIGHT * light
    )
    named = {
        "coarse": coarse, "fine": fine, "gradient": gradient, "energy": energy, "alpha": alpha, "flow": flow,
        "smooth": smooth, "move": move, "light": light, "mask": mask, "doubt": doubt,
    }  # fmt: skip
    return FormLoss(total, {name: float(value.detach()) for name, value in named.items()}, bent)


def _lit(fields: FormFields, is_lit: Tensor) -> FormFields:
    """Fields that change no light where the truth tells nothing about it."""
    gain, bias = torch.lerp(torch.ones_like(fields.gain), fields.gain, is_lit), fields.bias * is_lit
    return fields._replace(gain=gain, bias=bias)


def gradient_energy(picture: Tensor) -> Tensor:
    """Root of the mean squared gradient (B, 1, H / 16, W / 16) of pictures (B, C, H, W), in squares."""
    down, right = (difference(picture, axis) for axis in (2, 3))
    squared = (down[..., :, 1:] ** 2 + right[..., 1:, :] ** 2).sum(1, keepdim=True)
    squared = functional.pad(squared, (0, 1, 0, 1))
    return torch.sqrt(functional.avg_pool2d(squared, _ENERGY_SQUARE) + 1e-6)


def sharpness(picture: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Gradient energy of pictures (B, 3, S, S) over the truth's within a mask (B, 1, S, S): (B,); 1 = as sharp."""

    def energy(x: Tensor) -> Tensor:
        down, right = (difference(x, axis) for axis in (2, 3))
        inside = mask[:, :, 1:, 1:]
        squared = down[..., :, 1:] ** 2 + right[..., 1:, :] ** 2
        return (squared * inside).sum((1, 2, 3))

    return energy(picture) / energy(truth).clamp(min=1e-9)


def psnr_db(picture: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """PSNR (B,) in decibels of pictures (B, 3, S, S) within a mask (B, 1, S, S)."""
    squared = ((picture - truth) ** 2 * mask).sum((1, 2, 3)) / (3 * mask.sum((1, 2, 3)).clamp(min=1.0))
    return -10.0 * torch.log10(squared.clamp(min=1e-9))


def charbonnier(x: Tensor) -> Tensor:
    """Absolute values, smooth at 0."""
    return torch.sqrt(x * x + _EPS * _EPS)


def difference(x: Tensor, axis: int) -> Tensor:
    """Of neighbours along an axis."""
    length = x.shape[axis] - 1
    return x.narrow(axis, 1, length) - x.narrow(axis, 0, length)


def _difference_weight(weight: Tensor, axis: int) -> Tensor:
    return weight.narrow(axis, 1, weight.shape[axis] - 1)


def second_difference(x: Tensor, axis: int) -> Tensor:
    """Of three neighbours along an axis."""
    return difference(difference(x, axis), axis)
