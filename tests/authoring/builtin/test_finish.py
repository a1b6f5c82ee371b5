"""A drawn portrait is finished: lit eyes, hair without corners, loose hairs; nothing else moves."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.builtin.finish import MOUTH, DrawnPortrait, finished

SIZE = 320
HAIR = (40, 25, 15)
LEFT, RIGHT, TOP = 90, 230, 60
MOUTH_ROW = 240
IRIS, RADIUS = (130, 160), 12


@pytest.fixture
def portrait() -> DrawnPortrait:
    """A square of hair with a face in it, one eye, and shoulders."""
    rgba = np.zeros((SIZE, SIZE, 4), np.uint8)
    hair, skin, eyes = (np.zeros((SIZE, SIZE), bool) for _ in range(3))
    hair[TOP:280, LEFT:RIGHT] = True
    skin[110:, 110:210] = True
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    eyes[np.hypot(columns - IRIS[0], rows - IRIS[1]) < 2 * RADIUS] = True
    hair &= ~skin
    skin &= ~eyes
    rgba[hair] = (*HAIR, 255)
    rgba[skin] = (190, 140, 115, 255)
    rgba[eyes] = (90, 70, 50, 255)
    landmarks = np.zeros((478, 2), np.float32)
    landmarks[MOUTH] = 160, MOUTH_ROW
    for centre in (468, 473):
        landmarks[centre], landmarks[centre + 1] = IRIS, (IRIS[0] + RADIUS, IRIS[1])
    return DrawnPortrait(rgba, hair, skin, eyes, landmarks)


def test_the_same_seed_gives_the_same_bytes(portrait: DrawnPortrait) -> None:
    first, second, other = (finished(portrait, loose=50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_a_window_is_mirrored_above_and_light_gathers_below(portrait: DrawnPortrait) -> None:
    done = finished(portrait, loose=0, seed=1).astype(int).sum(2)
    across, down = IRIS
    offset = round(0.35 * RADIUS)
    window, beside = done[down - offset, across - offset], done[down - offset, across + offset]
    assert window > 1.5 * beside
    below, above = (done[down + way * round(0.7 * RADIUS), across + 2] for way in (1, -1))
    assert below > 1.1 * above


def test_corners_of_hair_are_rounded_above_the_mouth_only(portrait: DrawnPortrait) -> None:
    alpha = finished(portrait, loose=0, seed=1)[..., 3]
    assert alpha[TOP, LEFT] < 128
    assert alpha[TOP + 20, LEFT + 20] == 255
    np.testing.assert_array_equal(alpha[MOUTH_ROW:], portrait.rgba[MOUTH_ROW:, :, 3])


def test_loose_hairs_stand_off_in_the_colour_of_the_hair(portrait: DrawnPortrait) -> None:
    bare, hairy = (finished(portrait, loose=loose, seed=1) for loose in (0, 300))
    added = (hairy[..., 3] > 40) & (bare[..., 3] == 0)
    assert added.sum() > 20
    rows, columns = np.nonzero(added)
    assert rows.min() > TOP - 30
    assert columns.min() > LEFT - 30
    assert columns.max() < RIGHT + 30
    assert hairy[added][:, :3].max() < 110


def test_dark_faces_become_a_little_brighter_and_bright_ones_stay(portrait: DrawnPortrait) -> None:
    def tone(factor: float) -> tuple[float, float]:
        rgba = portrait.rgba.copy()
        rgba[..., :3] = (rgba[..., :3] * factor).astype(np.uint8)
        whole = DrawnPortrait(rgba, portrait.hair, portrait.skin, portrait.eyes, portrait.landmarks)
        done = finished(whole, loose=0, seed=1)
        return float(rgba[portrait.skin][:, :3].mean()), float(done[portrait.skin][:, :3].mean())

    (dark, dark_done), (bright, bright_done) = tone(0.5), tone(1.1)
    assert 1.1 * dark < dark_done < bright_done
    assert bright_done == pytest.approx(bright, rel=0.1)
