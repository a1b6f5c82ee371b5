"""Reading a volume by matrices and by gathers is the same as torch's own grid_sample, also outside of it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch.nn import functional

from networks.liveportrait.volume_sampling import (
    axis_places,
    grid_places,
    read_at,
    read_at_gathered,
    read_shifted,
)
from tests.networks.liveportrait.random_weights import numbers

SHAPE = (5, 8, 6)  # depth, height, width, all different


def test_places_are_x_y_z_from_edge_to_edge() -> None:
    places = grid_places(*SHAPE, torch.zeros(1))
    assert places.shape == (*SHAPE, 3)
    assert places[0, 0, 0].tolist() == [-1.0, -1.0, -1.0]
    assert places[0, 0, -1].tolist() == [1.0, -1.0, -1.0]
    assert places[0, -1, 0].tolist() == [-1.0, 1.0, -1.0]
    assert places[-1, 0, 0].tolist() == [-1.0, -1.0, 1.0]
    assert axis_places(3, torch.zeros(1)).tolist() == [-1.0, 0.0, 1.0]
    assert axis_places(4, torch.zeros(1), centred=True).tolist() == [-0.75, -0.25, 0.25, 0.75]


def test_a_centred_grid_that_is_not_moved_is_read_as_it_is() -> None:
    volume = numbers(8, 1, 2, *SHAPE)
    still = grid_places(*SHAPE, volume, centred=True)
    torch.testing.assert_close(read_at(volume, still[None]), volume)
    torch.testing.assert_close(read_shifted(volume, torch.zeros(1, 1, 3), centred=True)[:, 0], volume)
    # the published grid is not: half a cell at its edges
    edge = read_at(volume, grid_places(*SHAPE, volume)[None])
    assert not torch.allclose(edge, volume, atol=0.1)


@pytest.mark.parametrize("centred", [False, True])
def test_shifted_grids_as_grid_sample_reads_them(centred: bool) -> None:
    volume = numbers(1, 2, 3, *SHAPE)
    offset = 0.6 * numbers(2, 2, 4, 3)  # some far outside
    got = read_shifted(volume, offset, centred=centred)
    assert got.shape == (2, 4, 3, *SHAPE)
    for batch in range(2):
        for number in range(4):
            places = grid_places(*SHAPE, volume, centred=centred) + offset[batch, number]
            truth = functional.grid_sample(volume[batch : batch + 1], places[None], align_corners=False)
            torch.testing.assert_close(got[batch, number], truth[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("spread", [0.3, 1.0, 40.0, 1e7])
def test_gathers_as_grid_sample_reads(spread: float, batch: int) -> None:
    volume, places = numbers(3, batch, 4, *SHAPE), spread * numbers(4, batch, 3, 7, 9, 3)
    got = read_at_gathered(volume, places)
    assert got.shape == (batch, 4, 3, 7, 9)
    torch.testing.assert_close(got, read_at(volume, places), atol=1e-5, rtol=0)


def test_a_cell_is_read_at_its_centre_and_nothing_beyond_the_edge() -> None:
    """One lit cell of four on x: its centre lies at +0.25, its neighbours' at -0.25 and 0.75."""
    volume = torch.zeros(1, 1, 1, 1, 4)
    volume[..., 2] = 1.0
    places = torch.zeros(1, 1, 1, 4, 3)
    places[0, 0, 0, :, 0] = torch.tensor([0.25, 0.0, 0.5, 3.0])
    assert read_at_gathered(volume, places).flatten().tolist() == pytest.approx([1.0, 0.5, 0.5, 0.0])
