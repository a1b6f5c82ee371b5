from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.finder import FinderNet
from vision.face_search import CELLS, PLACES, SEARCH_PX


def test_every_cell_is_told_and_at_first_none_is_a_face() -> None:
    torch.manual_seed(0)
    found = FinderNet()(torch.rand(2, 3, SEARCH_PX, SEARCH_PX))
    assert found.logit.shape == (2, CELLS, CELLS)
    assert found.places.shape == (2, PLACES, CELLS, CELLS)
    assert float(found.logit.detach().sigmoid().max()) < 0.2


def test_brightness_and_contrast_change_nothing() -> None:
    torch.manual_seed(0)
    net, planes = FinderNet().eval(), torch.rand(1, 3, SEARCH_PX, SEARCH_PX)
    with torch.no_grad():
        torch.testing.assert_close(net(0.3 + 0.4 * planes).places, net(planes).places, atol=1e-2, rtol=0)


def test_a_cell_sees_the_whole_picture() -> None:
    """The corner's number depends on the opposite corner."""
    torch.manual_seed(0)
    planes = torch.rand(1, 3, SEARCH_PX, SEARCH_PX, requires_grad=True)
    FinderNet().eval()(planes).logit[0, 0, 0].backward()
    assert planes.grad is not None
    assert float(planes.grad[0, :, -8:, -8:].abs().max()) > 0.0
