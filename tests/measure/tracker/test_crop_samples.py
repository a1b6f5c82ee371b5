from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

from measure.errors import MeasureError
from measure.tracker.crop_samples import CropSamples, crops_of
from measure.tracker.samples import TrackedSamples
from vision.face_crops import FaceCrops, frame_of


def test_crops_are_those_that_the_bridge_cuts(samples: TrackedSamples, tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (384, 384, 3)).astype(np.uint8)
    rows = [crops_of(picture, samples.landmarks[place]) for place in range(3)]
    made = CropSamples(*(np.array(column) for column in zip(*rows, strict=True)))
    made.save(tmp_path / "crops.npz")
    read = CropSamples.load(tmp_path / "crops.npz")
    for place in range(3):
        frame = frame_of(samples.landmarks[place])
        assert frame is not None
        kept = read.frame_of(place)
        assert (kept.x, kept.y, kept.unit, kept.tilt) == (frame.x, frame.y, frame.unit, frame.tilt)
        np.testing.assert_array_equal(kept.eyes, frame.eyes)
        np.testing.assert_array_equal(kept.nose, frame.nose)
        crops = FaceCrops()
        crops.cut(picture, frame)
        for name in ("face", "mouth"):
            shown = getattr(read, name)[place].transpose(2, 0, 1) / np.float32(255)
            np.testing.assert_allclose(shown, getattr(crops, name)[0], atol=1e-6)
        np.testing.assert_allclose(
            read.eyes[place].transpose(0, 3, 1, 2) / np.float32(255), crops.eyes, atol=1e-6
        )


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "crops.npz").write_bytes(b"no")
    with pytest.raises(MeasureError, match="holds no crops"):
        CropSamples.load(tmp_path / "crops.npz")
