from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from training.retouch.painted_crops import CROP_PX, painted_crops

SIDE = 256


def test_crops_lie_where_most_is_painted() -> None:
    mask = torch.zeros(2, 1, SIDE, SIDE)
    mask[0, :, 160:220, 10:60] = 1.0
    mask[1, :, 20:30, 200:250] = 0.6
    random = torch.Generator().manual_seed(0)
    shares = []
    for _ in range(40):
        cut = painted_crops(mask, random).cut(mask)
        assert cut.shape == (2, 1, CROP_PX, CROP_PX)
        shares.append(cut.sum((1, 2, 3)) / mask.sum((1, 2, 3)))
    assert (torch.stack(shares).mean(0) > 0.7).all()  # of all paint; a crop anywhere would hold a tenth


def test_a_crop_is_cut_from_the_same_place_of_every_picture() -> None:
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    places = torch.stack([y, x])[None].expand(3, 2, SIDE, SIDE)
    crops = painted_crops(torch.zeros(3, 1, SIDE, SIDE), torch.Generator().manual_seed(1))
    cut = crops.cut(places)
    for number, (top, left) in enumerate(zip(crops.top, crops.left, strict=True)):
        assert cut[number, :, 0, 0].tolist() == [top, left]
        assert cut[number, :, -1, -1].tolist() == [top + CROP_PX - 1, left + CROP_PX - 1]


def test_the_generator_alone_decides() -> None:
    mask = torch.rand(4, 1, SIDE, SIDE)
    one, same, other = (painted_crops(mask, torch.Generator().manual_seed(seed)) for seed in (5, 5, 6))
    assert one == same
    assert one != other
