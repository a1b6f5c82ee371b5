from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from face.vertex_features import FEATURES
from networks.personal import BULGES, FOLDS, ROWS, SHAPES, PersonalSkinNet
from protocol.blendshapes import INDEX


@pytest.fixture
def net() -> PersonalSkinNet:
    torch.manual_seed(0)
    return PersonalSkinNet().eval()


def test_a_basis_has_a_row_for_each_shape_and_each_code(net: PersonalSkinNet) -> None:
    with torch.no_grad():
        basis = net.basis(torch.randn(2, 7, FEATURES))
    assert basis.shape == (2, 7, ROWS, 3)
    assert not basis[:, :, INDEX["eyeBlinkLeft"]].any()
    assert not basis[:, :, INDEX["eyeLookUpRight"]].any()
    assert basis[:, :, INDEX["jawOpen"]].any()


def test_codes_are_the_expression_and_what_lies_above_a_threshold(net: PersonalSkinNet) -> None:
    expression = torch.rand(3, SHAPES)
    with torch.no_grad():
        codes = net.codes(expression, 0.5)
        rest = net.codes(torch.zeros(1, SHAPES))
    assert codes.shape == (3, ROWS)
    assert torch.equal(codes[:, :SHAPES], expression)
    by_hand = torch.relu(expression @ net.code.weight.T + net.code.bias)
    torch.testing.assert_close(codes[:, SHAPES : SHAPES + BULGES], by_hand[:, :BULGES])
    torch.testing.assert_close(codes[:, -FOLDS:], 0.5 * by_hand[:, -FOLDS:])
    assert not rest.any()
