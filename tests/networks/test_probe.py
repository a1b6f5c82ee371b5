from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.probe import IDENTITY, ProbeNet


def test_the_outputs_have_the_documented_shapes_and_ranges() -> None:
    torch.manual_seed(0)
    crops = torch.randint(0, 256, (3, 96, 96, 3), dtype=torch.uint8)
    with torch.no_grad():
        out = ProbeNet().eval()(crops)
    shapes = {name: tuple(value.shape) for name, value in out._asdict().items()}
    assert shapes == {
        "pose": (3, 3), "expression": (3, 52), "gaze": (3, 2), "emotion": (3, 9), "intensity": (3,),
        "identity": (3, IDENTITY),
    }  # fmt: skip
    for name in ("expression", "intensity"):
        assert 0.0 <= getattr(out, name).min() <= getattr(out, name).max() <= 1.0
    assert out.identity.norm(dim=1).tolist() == pytest.approx([1.0] * 3, abs=1e-5)


def test_a_picture_is_read_alike_alone_and_in_a_batch() -> None:
    torch.manual_seed(1)
    net = ProbeNet().eval()
    crops = torch.randint(0, 256, (4, 96, 96, 3), dtype=torch.uint8)
    with torch.no_grad():
        together, alone = net(crops), net(crops[2:3])
    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one[2:3], other, atol=1e-5, rtol=1e-4)


def test_every_weight_gets_a_gradient() -> None:
    net = ProbeNet()
    out = net(torch.randint(0, 256, (2, 96, 96, 3), dtype=torch.uint8))
    sum(value.square().sum() for value in out[:-1]).backward()
    assert [name for name, weight in net.named_parameters() if weight.grad is None] == [
        "who.weight",
        "who.bias",
    ]
