from __future__ import annotations

import numpy as np

from measure.face_masks import masks_of
from studio.factors import Factors
from studio.renderer import Studio


def test_eyes_and_mouth_are_parts_of_the_face_around_their_landmarks(small_studio: Studio) -> None:
    picture = small_studio.render(Factors(style="clay"), 96)
    masks = masks_of(picture)
    assert np.array_equal(masks.face, picture.face_mask)
    assert np.array_equal(masks.person, picture.image[..., 3] > 0)
    assert not (masks.face & ~masks.person).any()
    for mask, landmarks in ((masks.eyes, slice(36, 48)), (masks.mouth, slice(48, 68))):
        assert mask.any()
        assert not (mask & ~masks.face).any()
        rows, columns = np.nonzero(mask)
        points = picture.landmarks[landmarks, :2]
        assert abs(columns.mean() - points[:, 0].mean()) < 3
        assert abs(rows.mean() - points[:, 1].mean()) < 3
    assert not (masks.eyes & masks.mouth).any()
