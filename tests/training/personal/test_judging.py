from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from face.head_model import load_head_model
from face.vertex_features import VertexFeatures
from networks.personal import PersonalSkinNet
from training.personal.heads import SkinHeads
from training.personal.judging import (
    MM,
    drawn_face,
    error_figures,
    in_picture,
    predicted,
    transfer_figures,
    write_sheet,
)


@pytest.fixture(scope="module")
def still() -> PersonalSkinNet:
    """A network that says: nothing moves beyond the shapes."""
    net = PersonalSkinNet().eval()
    with torch.no_grad():
        net.trunk[6].weight.zero_()
    return net


def test_a_network_that_says_nothing_errs_as_linear_shapes_do(
    still: PersonalSkinNet, skin_heads: SkinHeads
) -> None:
    figures = error_figures(still, skin_heads)
    assert figures["net"] == pytest.approx(figures["none"])
    assert figures["most"] == pytest.approx(figures["most_none"])
    assert 0.05 < figures["none"] < figures["most_none"] < 5.0  # millimetres


def test_the_error_is_a_root_mean_square_in_millimetres(
    still: PersonalSkinNet, skin_heads: SkinHeads
) -> None:
    nothing = {
        name: np.zeros_like(getattr(skin_heads, name)) for name in ("residual", "compression", "furrow")
    }
    lifted = replace(skin_heads, **nothing)
    with torch.no_grad():
        net = PersonalSkinNet().eval()
        net.trunk[6].weight.zero_()
        net.trunk[6].bias.unflatten(0, (-1, 3))[60, 1] = 10.0  # a code's row: one unit up
        net.code.weight.zero_()
        net.code.bias.fill_(0.5)
    assert error_figures(net, lifted)["net"] == pytest.approx(0.5 * MM, rel=1e-4)
    made = predicted(net, lifted, 0, np.zeros((1, 52), np.float32), 0.0)
    np.testing.assert_allclose(made[0], np.tile([0.0, 0.5, 0.0], (made.shape[1], 1)), atol=1e-5)


def test_transfer_compares_four_ways(still: PersonalSkinNet, skin_heads: SkinHeads) -> None:
    ways = transfer_figures(still, skin_heads, load_head_model())
    assert ways.keys() == {"plain", "copied", "mean", "full"}
    assert ways["full"] == ways["plain"]
    twins = replace(
        skin_heads,
        **{
            name: np.repeat(getattr(skin_heads, name)[:1], 2, 0)
            for name in (
                "neutral",
                "features",
                "ages",
                "residual",
                "compression",
                "bulge",
                "folding",
                "furrow",
            )
        },
    )
    copied = transfer_figures(still, twins, load_head_model())["copied"]
    assert max(copied.values()) == 0.0  # from a face to its twin
    assert ways["copied"]["rms"] > 0.05
    # millimetres along the line of sight are no pixels, and one across is 1.2
    assert 0.5 < ways["copied"]["px"] / ways["copied"]["rms"] < 1.25


def test_a_millimetre_of_the_face_is_a_little_more_than_a_pixel() -> None:
    """Against the field of view: 2.2 portrait heights of focal length, 920 mm away, 512 pixels."""
    apart = np.array([[0.0, 0.0, 0.0], [0.0, 0.1, 0.0]], np.float32)
    assert np.diff(in_picture(apart)[:, 1])[0] == pytest.approx(512 * 2.2 / 920, rel=1e-3)
    nearer = apart + np.array([0.0, 0.0, 10.0], np.float32)
    assert np.diff(in_picture(nearer)[:, 1])[0] == pytest.approx(512 * 2.2 / 820, rel=1e-3)


def test_the_sheet_shows_faces(still: PersonalSkinNet, skin_heads: SkinHeads, tmp_path: Path) -> None:
    features = VertexFeatures(load_head_model())
    write_sheet(still, skin_heads, features.triangles, tmp_path / "sheet.png")
    sheet = cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None
    assert sheet.shape == (4 * 360, 3 * 360)
    first, second, third = np.split(sheet[:360].astype(int), 3, axis=1)
    assert (first == second).all()  # this network says nothing
    assert np.abs(first - third).max() > 20
    face = drawn_face(load_head_model().vertices[features.face], features.triangles)
    assert 0.2 < (face > 40).mean() < 0.6
