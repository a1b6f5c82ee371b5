from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.parsing import ParsingNet
from vision.portrait_parts import INPUT_PLANES, INPUT_PX, PORTRAIT_PARTS


@pytest.fixture(scope="module")
def net() -> ParsingNet:
    torch.manual_seed(0)
    return ParsingNet().eval()


def test_every_pixel_of_the_input_gets_logits(net: ParsingNet) -> None:
    with torch.no_grad():
        part, alpha = net(torch.rand(2, INPUT_PLANES, INPUT_PX, INPUT_PX))
    assert part.shape == (2, len(PORTRAIT_PARTS), INPUT_PX, INPUT_PX)
    assert alpha.shape == (2, 1, INPUT_PX, INPUT_PX)


def test_its_weights_fit_into_eight_megabytes_of_float16(net: ParsingNet) -> None:
    assert 2 * sum(one.numel() for one in net.parameters()) < 8_000_000


def test_a_far_corner_reaches_every_output(net: ParsingNet) -> None:
    """The context of the whole picture: what lies in one corner counts in the opposite one."""
    planes = torch.rand(1, INPUT_PLANES, INPUT_PX, INPUT_PX, requires_grad=True)
    _, alpha = net(planes)
    alpha[0, 0, -1, -1].backward()
    assert planes.grad is not None
    assert float(planes.grad[0, :, :8, :8].abs().sum()) > 0.0
