"""The judges' weights do not come with the project: their layers are tested with weights whose answer is known."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="the judges need torch")

from torch.nn import functional  # noqa: E402

from measure.judges import face_judges  # noqa: E402


def test_a_convolution_scales_after_its_bias() -> None:
    kernel = torch.zeros(3, 3, 1, 1)
    kernel[1, 1, 0, 0] = 2.0
    w = {
        "c/conv/filters": kernel,
        "c/conv/bias": torch.tensor([1.0]),
        "c/scale/weights": torch.tensor([3.0]),
        "c/scale/biases": torch.tensor([-30.0]),
    }
    x = torch.tensor([[[[0.0, 5.0], [10.0, 1.0]]]])
    assert face_judges._convolved(x, w, "c").tolist() == [[[[0.0, 3.0], [33.0, 0.0]]]]
    assert face_judges._convolved(x, w, "c", relu=False).tolist() == [[[[-27.0, 3.0], [33.0, -21.0]]]]


def test_a_block_that_halves_pads_its_branches_with_zeros() -> None:
    zero = {
        f"down/conv{k}/{name}": torch.zeros(shape)
        for k, channels in ((1, 1), (2, 2))
        for name, shape in (
            ("conv/filters", (3, 3, channels, 2)),
            ("conv/bias", (2,)),
            ("scale/weights", (2,)),
            ("scale/biases", (2,)),
        )
    }
    x = torch.arange(64.0).reshape(1, 1, 8, 8)
    y = face_judges._residual(x, zero, "down")
    assert y.shape == (1, 2, 4, 4)
    assert torch.equal(y[:, :1], functional.avg_pool2d(x, 2))  # the other branch gives nothing
    assert y[:, 1].abs().max() == 0.0


def test_a_separable_convolution_is_a_depthwise_one_and_a_pointwise_one() -> None:
    torch.manual_seed(0)
    w = {
        "s/depthwise_filter": torch.randn(3, 3, 2, 1),
        "s/pointwise_filter": torch.randn(1, 1, 2, 3),
        "s/bias": torch.randn(3),
    }
    x = torch.randn(1, 2, 7, 7)
    full = torch.einsum("hwc,co->ochw", w["s/depthwise_filter"][..., 0], w["s/pointwise_filter"][0, 0])
    expected = functional.conv2d(x, full, w["s/bias"], padding=1)
    assert torch.allclose(face_judges._separable(x, w, "s", 1), expected, atol=1e-5)


def test_padding_same_puts_the_odd_pixel_at_the_end() -> None:
    x = torch.ones(1, 1, 4, 4)
    padded = face_judges._same(x, 2)[0, 0]
    assert padded.shape == (5, 5)
    assert padded[:4, :4].min() == 1.0
    assert padded[4].abs().max() == 0.0
    assert face_judges._same(torch.ones(1, 1, 5, 5), 2).shape[-1] == 7
