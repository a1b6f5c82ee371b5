from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.flow import FLOWS, sample

SHAPE = (2, 3, 4, 5, 5)


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_who_knows_the_clean_picture_arrives_there(name: str, steps: int) -> None:
    draft, noise, clean = torch.randn(3, *SHAPE)
    begin = FLOWS[name].begin(draft, noise)
    seen = []

    def predict(noisy: torch.Tensor, time: float) -> torch.Tensor:
        times = torch.full(SHAPE[:2], time)
        torch.testing.assert_close(noisy, FLOWS[name].at(begin, clean, times), atol=1e-5, rtol=1e-5)
        seen.append(time)
        return clean

    torch.testing.assert_close(sample(predict, begin, steps), clean)
    assert seen == pytest.approx([step / steps for step in range(steps)])


def test_noise_is_smooth_where_the_draft_is_known() -> None:
    draft = torch.zeros(40, 2, 4, 32, 32)
    white, smooth = (
        FLOWS[name].noise_like(draft, torch.Generator().manual_seed(0)) for name in ("noise", "bridge")
    )
    for noise in (white, smooth):
        assert noise.shape == draft.shape
        assert float(noise.std()) == pytest.approx(1.0, abs=0.02)
    steps = [float(torch.diff(noise, dim=-1).square().mean()) for noise in (white, smooth)]
    assert steps[0] == pytest.approx(2.0, abs=0.05)
    assert steps[1] < 1.0


def test_the_best_prediction_carries_noise_to_a_gaussian() -> None:
    """For data N(m, s) and noise N(0, 1) the best prediction is known, and the flow ends at m + s z exactly."""
    middle, spread = 0.7, 0.3

    def predict(noisy: torch.Tensor, t: float) -> torch.Tensor:
        variance = (t * spread) ** 2 + (1 - t) ** 2
        return middle + t * spread**2 / variance * (noisy - t * middle)

    noise = torch.randn(SHAPE)
    made = sample(predict, FLOWS["noise"].begin(torch.zeros(SHAPE), noise), 400)
    torch.testing.assert_close(made, middle + spread * noise, atol=0.02, rtol=0)
    # one step gives everybody's mean
    torch.testing.assert_close(sample(predict, noise, 1), torch.full(SHAPE, middle))


@pytest.mark.parametrize("name", FLOWS)
def test_the_weighted_error_is_the_velocitys(name: str) -> None:
    flow, (draft, noise, clean, found) = FLOWS[name], torch.randn(4, *SHAPE)
    time = torch.rand(SHAPE[:2]) * (1 - flow.least_rest)
    noisy = flow.at(flow.begin(draft, noise), clean, time)
    rest = 1 - time[..., None, None, None]
    velocity = (clean - noisy) / rest
    torch.testing.assert_close(velocity, clean - flow.begin(draft, noise), atol=1e-4, rtol=1e-4)
    wanted = ((found - noisy) / rest - velocity).square().mean((2, 3, 4))
    got = flow.weight(time) * (found - clean).square().mean((2, 3, 4))
    torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-4)


def test_beginnings() -> None:
    draft, noise = torch.randn(2, *SHAPE)
    assert torch.equal(FLOWS["noise"].begin(draft, noise), noise)
    apart = FLOWS["bridge"].begin(draft, noise) - draft
    torch.testing.assert_close(apart, 0.06 * noise)


@pytest.mark.parametrize("name", FLOWS)
def test_times_lie_within_the_flow(name: str) -> None:
    times = FLOWS[name].times(torch.linspace(-4, 4, 9))
    assert 0.0 < float(times.min()) < 0.05
    assert 0.9 < float(times.max()) < 1.0
    assert float(times.diff().min()) > 0.0
