"""Sine layers and positions."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.tha4.siren import SineLayer, position_and_pose


def test_positions_are_pixel_centres_and_the_pose_is_everywhere() -> None:
    made = position_and_pose(torch.tensor([[0.5, -2.0]]), 4)
    assert made.shape == (1, 4, 4, 4)
    assert made[0, 0, 0].tolist() == pytest.approx([-0.75, -0.25, 0.25, 0.75])  # x along a row
    assert made[0, 1, :, 0].tolist() == pytest.approx([-0.75, -0.25, 0.25, 0.75])  # y down a column
    assert (made[0, 2] == 0.5).all()
    assert (made[0, 3] == -2.0).all()


def test_activations_keep_their_spread_through_many_layers() -> None:
    """SIREN, section 3.2: the standard deviation of a sine layer's output is about sqrt(1/2)."""
    torch.manual_seed(0)
    x = torch.rand(1, 3, 32, 32) * 2 - 1
    for k in range(6):
        x = SineLayer(3 if k == 0 else 64, 64, is_first=k == 0)(x)
    assert float(x.detach().std()) == pytest.approx(0.5**0.5, abs=0.06)
