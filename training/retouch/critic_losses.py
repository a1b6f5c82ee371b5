"""What a critic learns, and what it teaches a network.

critic_loss(critic, draft, truth, made.detach())       # to train the critic
roughness(critic, draft, truth)                        # now and then
maker_loss(critic, draft, truth, made)                 # what the network that made the crops is told

A weight (B, 1, H, W) >= 0 says how much the crops' pixels count; None = all alike.

Sources: J. H. Lim and J. C. Ye, "Geometric GAN", 2017, eq. 14 and 15 (hinge); T.-C. Wang et al., "pix2pixHD", CVPR 2018,
eq. 4 (features are matched).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from networks.critic import Critic

_MATCH: Final = 2.0  # weight of the features beside the verdict


def critic_loss(
    critic: Critic, draft: Tensor, truth: Tensor, made: Tensor, weight: Tensor | None = None
) -> Tensor:
    """Hinge loss of the critic; `made` without gradients."""
    true, _ = critic(draft, truth)
    false, _ = critic(draft, made)
    return _mean(functional.relu(1.0 - true), weight) + _mean(functional.relu(1.0 + false), weight)


def roughness(critic: Critic, draft: Tensor, truth: Tensor) -> Tensor:
    """How steeply the verdict changes with the truth's pixels: penalised, so that the critic leads somewhere.

    Source: L. Mescheder et al., "Which training methods for GANs do actually converge?", ICML 2018, eq. 9 (R1).
    """
    truth = truth.detach().requires_grad_(True)
    verdict, _ = critic(draft, truth)
    (slope,) = torch.autograd.grad(verdict.sum(), truth, create_graph=True)
    return slope.square().sum((1, 2, 3)).mean() / verdict[0].numel()


def maker_loss(
    critic: Critic, draft: Tensor, truth: Tensor, made: Tensor, weight: Tensor | None = None
) -> Tensor:
    """What the network that made the crops is told: the verdict, and how far its features lie from the truth's."""
    verdict, features = critic(draft, made)
    with torch.no_grad():
        _, wanted = critic(draft, truth)
    apart = [_mean((a - b).abs(), weight) for a, b in zip(features, wanted, strict=True)]
    return -_mean(verdict, weight) + _MATCH * torch.stack(apart).mean()


def _mean(values: Tensor, weight: Tensor | None) -> Tensor:
    """The weighted mean of values (B, C, h, w) at any size."""
    if weight is None:
        return values.mean()
    near = functional.adaptive_avg_pool2d(weight, values.shape[-2:])
    return (values * near).sum() / (near.sum() * values.shape[1] + 1e-3)
