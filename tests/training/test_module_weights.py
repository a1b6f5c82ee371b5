"""Weights read back from an exported graph: the same answers as before the export."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch
from torch import Tensor, nn

from training.errors import TrainingError
from training.module_weights import load_modules, settle_norms
from training.onnx_graph import onnx_graph


class Small(nn.Module):
    """A normalised convolution inside a block, one without a norm, and lines of numbers for two and three axes."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.blocks = nn.Sequential(self.block(width), self.block(width))
        self.plain = nn.Conv2d(width, 4, 1)
        self.flat = nn.Linear(4 * 64, 12)
        self.each = nn.Linear(4, 5)

    @staticmethod
    def block(width: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.SiLU()
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        made = self.plain(self.blocks(self.first(x)))
        return self.flat(made.flatten(1)), self.each(made.flatten(2).transpose(1, 2))


class Exported(nn.Module):
    def __init__(self, net: Small) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        made: tuple[Tensor, Tensor] = self.net(x)
        return made


def pictures(seed: int, count: int = 16) -> Tensor:
    return torch.randn(count, 3, 16, 16, generator=torch.Generator().manual_seed(seed)) * 2.0 + 0.5


@pytest.fixture(scope="module")
def trained() -> Small:
    """A network whose norms have seen pictures, so that folding them changes the convolutions much."""
    torch.manual_seed(1)
    net = Small()
    for norm in net.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.weight, 0.5, 2.0)
            nn.init.normal_(norm.bias)
    for seed in range(30):
        net(pictures(seed))
    return net.eval()


@pytest.fixture(scope="module")
def graph(trained: Small) -> bytes:
    return onnx_graph(Exported(trained).eval(), (pictures(0, 1),), ["x"], ["flat", "each"], is_halved=False)


def test_the_network_answers_as_before_and_learns_from_the_same_statistics(
    trained: Small, graph: bytes
) -> None:
    torch.manual_seed(2)
    again = Small().eval()
    assert load_modules(again, graph, "net") == []
    unseen = pictures(99)
    with torch.no_grad():
        expected, read = trained(unseen), again(unseen)
    for one, other in zip(read, expected, strict=True):
        torch.testing.assert_close(one, other, atol=2e-4, rtol=2e-4)
    settle_norms(again, lambda: again(pictures(5, 512)))
    with torch.no_grad():
        for one, other in zip(again(unseen), expected, strict=True):
            torch.testing.assert_close(one, other, atol=2e-4, rtol=2e-4)
        # while it learns, each batch is normalised by its own statistics, which are nearly those
        again.train()
        learned = again(pictures(6, 512))
        trained_on = trained(pictures(6, 512))
    for one, other in zip(learned, trained_on, strict=True):
        assert float((one - other).abs().mean()) < 0.05 * float(other.std())


def test_layers_that_the_graph_does_not_know_keep_their_values_and_are_named(graph: bytes) -> None:
    net = Small()
    net.more = nn.Linear(3, 3)
    before = net.more.weight.clone()
    assert load_modules(net, graph, "net") == ["more"]
    assert torch.equal(net.more.weight, before)


def test_another_network_is_refused(graph: bytes) -> None:
    with pytest.raises(
        TrainingError, match=r"first\.0\.weight: .*shape \(8, 3, 3, 3\), expected \(9, 3, 3, 3\)"
    ):
        load_modules(Small(9), graph, "net")
    with pytest.raises(TrainingError, match="no weight of this network"):
        load_modules(Small(), graph, "other")
    with pytest.raises(TrainingError, match="no weight of this network"):
        load_modules(nn.Sequential(nn.Linear(4, 5)), graph, "net")
