"""Syphon: where it does not exist, and the pixels it gets."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from runtime.errors import PublishError
from runtime.publishers.syphon import open_syphon, premultiply


@pytest.mark.skipif(sys.platform == "darwin", reason="Syphon may really open here")
def test_on_other_systems_it_is_an_error_that_names_the_alternative() -> None:
    with pytest.raises(PublishError, match=r"macOS.*ndi"):
        open_syphon()


def test_premultiplied_pixels_are_the_rounded_product() -> None:
    straight = np.array([[[255, 128, 7, 255], [255, 128, 7, 128], [255, 128, 7, 0]]], np.uint8)
    out = np.empty_like(straight)
    premultiply(straight, out)
    exact = np.rint(straight[..., :3].astype(float) * straight[..., 3:] / 255)
    assert np.array_equal(out[..., :3], exact)
    assert np.array_equal(out[..., 3], straight[..., 3])
