from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch import nn

from training.averaged_net import AveragedNet
from training.loop import TrainOptions
from training.ranks import Ranks

CPU = torch.device("cpu")


def made(seed: int = 0, *, clip: float = 1.0) -> AveragedNet[nn.Module]:
    def net() -> nn.Module:
        return nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))

    with Ranks(CPU) as ranks:
        return AveragedNet(net, TrainOptions(minutes=1.0, seed=seed), CPU, ranks, decay=0.0, clip=clip)


def steps(kept: AveragedNet[nn.Module], count: int, begin: int = 0) -> None:
    for number in range(begin, begin + count):
        x = torch.full((2, 1, 2, 2), float(number + 1))
        x[0] = 0.0
        kept.step((kept.net(x) - 3.0).square().mean(), 0.1, number)


def test_the_seed_decides_and_both_begin_alike() -> None:
    one, same, other = made(0), made(0), made(1)
    for name, value in one.weights().items():
        assert torch.equal(value, same.weights()[name])
        assert torch.equal(value, one.net.state_dict()[name])
    assert not torch.equal(one.weights()["0.weight"], other.weights()["0.weight"])


def test_the_mean_lags_behind_and_takes_the_normalisations_averages_as_they_are() -> None:
    kept = made()
    before = kept.weights()["0.weight"].clone()
    steps(kept, 5)
    net, mean = kept.net.state_dict(), kept.weights()
    assert not torch.equal(net["0.weight"], mean["0.weight"])
    assert not torch.equal(before, mean["0.weight"])
    assert torch.equal(net["1.running_mean"], mean["1.running_mean"])
    assert not kept.mean.training
    assert kept.net.training


def test_a_state_goes_on_as_if_nothing_had_happened() -> None:
    whole, broken = made(), made()
    steps(whole, 6)
    steps(broken, 3)
    other = made(7)
    other.load(broken.state())
    steps(other, 3, begin=3)
    for name, value in whole.weights().items():
        assert torch.equal(value, other.weights()[name])


def test_gradients_are_clipped() -> None:
    kept = made(clip=0.25)
    kept.step(1e6 * kept.net(torch.ones(2, 1, 2, 2)).square().sum(), 0.1, 0)
    norm = torch.cat([p.grad.flatten() for p in kept.net.parameters() if p.grad is not None]).norm()
    assert float(norm) == pytest.approx(0.25, rel=1e-3)
