"""Retouch in several steps: each goes a part of the way that is left, looks at what has come of it, and goes on.

    fields = fields_in_steps(lambda seen, left: net(seen, code, avatar, left), planes, steps=2)

As in InDI, step k of N takes the share 1 / (N - k + 1) of what the network answers, which is told how much of the way is
left. Pictures that lie apart cannot be mixed without being seen twice, so that what goes part of the way is the fields: a
bend by half of the flow, half of the light. The steps' fields are joined, and the draft is sampled once, at the end: no
step costs sharpness. Paint is the last step's alone.

Source: M. Delbracio and P. Milanfar, "Inversion by direct iteration", TMLR 2023, eq. 6 (the step), algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from networks.retouch import DETAIL_LIMIT, FormFields, relit, warped

#: Answers conditions (B, CHANNELS_IN, P, P) of which so much of the way is left (B, 1); None = all of it.
Ask = Callable[[Tensor, Tensor | None], FormFields]


def fields_in_steps(ask: Ask, planes: Tensor, steps: int) -> FormFields:
    """The fields of a draft in a number of steps.

    Args:
        ask: the network, with the codes of the frame and the avatar.
        planes: (B, CHANNELS_IN, P, P) the draft's conditions.
    """
    whole = planes.new_ones((len(planes), 1))
    made = part_of(ask(planes, None), whole / steps)
    for step in range(1, steps):
        made = next_step(ask, planes, made, whole * (1.0 - step / steps), whole / (steps - step))
    return made


def next_step(ask: Ask, planes: Tensor, before: FormFields, left: Tensor, share: Tensor) -> FormFields:
    """One step more: the fields after it, relative to the draft.

    Args:
        ask: the network. planes: the draft's conditions.
        before: the fields of the steps before it.
        left: (B, 1) 0..1 of the way. share: (B, 1) of what the network answers that is taken, 1 = the last step.
    """
    return joined(before, part_of(ask(looked_at(planes, before), left), share))


def looked_at(planes: Tensor, before: FormFields) -> Tensor:
    """Conditions (B, CHANNELS_IN, P, P) whose draft is bent and relit, at their own resolution."""
    draft = planes[:, :4]
    bent = relit(before, draft).reshape(draft.shape)  # which an exporter does not know of what is sampled
    return torch.cat([bent, planes[:, 4:]], 1)


def part_of(fields: FormFields, share: Tensor) -> FormFields:
    """Fields that go a share (B, 1) of their way; light in its logarithm."""
    part = share[:, :, None, None]
    return fields._replace(
        flow=part * fields.flow,
        gain=fields.gain**part,
        bias=part * fields.bias,
        detail=part * fields.detail,
        mask=part * fields.mask,
    )


def joined(first: FormFields, second: FormFields) -> FormFields:
    """Fields that do to the draft what the first do, and the second after them; paint as the second's."""
    at = second.flow
    flow, gain, bias, detail = (
        warped(one, at, mode="bilinear", is_inside=True)
        for one in (first.flow, first.gain, first.bias, first.detail)
    )
    return second._replace(
        flow=second.flow + flow,
        gain=second.gain * gain,
        bias=second.gain * bias + second.bias,
        detail=(second.detail + detail).clamp(-DETAIL_LIMIT, DETAIL_LIMIT),
    )
