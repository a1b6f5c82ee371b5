from __future__ import annotations

from pathlib import Path

import numpy as np

from measure.probes.samples import CROP_PX, PER_PERSON, crop_of, draw_probe_samples


def test_a_crop_shows_the_same_area_at_any_size() -> None:
    ramp = np.broadcast_to(np.linspace(0, 250, 256, dtype=np.float32)[:, None, None], (256, 256, 3))
    small = ramp.reshape(128, 2, 128, 2, 3).mean((1, 3))
    crops = [crop_of(np.ascontiguousarray(picture).astype(np.uint8)) for picture in (ramp, small)]
    assert crops[0].shape == (CROP_PX, CROP_PX, 3)
    assert np.abs(crops[0].astype(int) - crops[1]).max() <= 2


def test_samples_are_labelled_and_reproducible(small_head: Path) -> None:
    one, again = (draw_probe_samples(small_head, [3], seed=1, style="clay") for _ in range(2))
    assert one.crops.shape == (PER_PERSON, CROP_PX, CROP_PX, 3)
    assert np.array_equal(one.crops, again.crops)
    assert one.expression.shape == (PER_PERSON, 52)
    assert set(one.person.tolist()) == {3}
    assert len(np.unique(one.pose, axis=0)) == PER_PERSON
