from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from face.avatar import load_avatar
from face.motion import Motion
from face.regions import REGIONS
from face.rig import HeadRig
from runtime.avatars.builtin import builtin_avatars
from training.pairs.drafter import Drafter, Truth, cropped
from training.pairs.person_pairs import DRAWN_PX, PAIR_PX, PersonPairs


@pytest.fixture(scope="module")
def drafter() -> Iterator[Drafter]:
    with Drafter() as made:
        yield made


def own_motion(rig: HeadRig) -> Motion:
    motion = Motion.neutral()
    motion.values[:] = rig.portrait
    return motion


def pairs_of(drafter: Drafter, name: str) -> PersonPairs:
    """One pair at the portrait's own motion, whose truth is what the avatar shows then."""
    rig = drafter.set_avatar(load_avatar(builtin_avatars()[name]))
    own = own_motion(rig)
    shown = drafter.shown(own)
    image = np.concatenate([shown, np.full_like(shown[..., :1], 255)], -1)
    points = np.zeros((478, 2), np.float32)
    row = drafter.row(
        own, rig.neutral, points, Truth(image, np.zeros((DRAWN_PX, DRAWN_PX), np.uint8), points)
    )
    return drafter.pairs([row], shown, 7)


def test_a_draft_over_its_background_is_what_the_avatar_shows(drafter: Drafter) -> None:
    """Also of the second avatar that is drawn."""
    for name in ("ines", "mio"):
        pairs = pairs_of(drafter, name)
        draft = pairs.draft[0].astype(float)
        over = draft[..., :3] + (1 - draft[..., 3:] / 255) * pairs.plate
        assert over.shape == (PAIR_PX, PAIR_PX, 3)
        assert np.abs(over - pairs.truth[0, ..., :3]).mean() < 1.0
        assert np.array_equal(pairs.draft[0], pairs.portrait_draft)
        assert np.array_equal(pairs.conditions[0], pairs.portrait_conditions)


@pytest.mark.parametrize("size", [64, 256])
def test_a_crop_shows_pixels_of_the_picture_at_their_places(size: int) -> None:
    picture = np.zeros((size, size, 4), np.uint8)
    row, column = size // 4, size // 2 + 3
    picture[row, column] = 255
    region = REGIONS["mouth"]
    matrix = np.array([[size, 0, 0], [0, size, 0]], np.float32)  # a pixel of the crop is one of the picture
    place = (np.array([column, row]) + 0.5) / size - 0.5
    matrix[:, 2] = (30.5, 20.5) - matrix[:, :2] @ place
    shown = cropped(picture, matrix, "mouth")
    assert shown.shape == (region.height, region.width, 4)
    assert (shown[20, 30] > 250).all()
    assert abs(int(shown.sum()) - 4 * 255) < 20
