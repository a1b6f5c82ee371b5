from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.made_faces import made_faces
from training.errors import TrainingError
from training.tracker.face_pictures import FACE_PX, read_faces, write_faces


def test_pictures_and_labels_come_back_from_their_files(tmp_path: Path) -> None:
    faces = made_faces(5, count=3)
    write_faces(faces, tmp_path / "p000005")
    assert [path.name for path in tmp_path.iterdir()] == ["p000005"]
    again = read_faces(tmp_path / "p000005")
    for number in range(3):
        for one, same in zip(faces.picture(number), again.picture(number), strict=True):
            assert np.array_equal(one, same)
    assert np.array_equal(again.landmarks, faces.landmarks)
    assert int(again.identity) == 5


def test_colours_are_nearly_kept_and_parts_exactly() -> None:
    """The drawn face is a red disc, whose part is 1, on blue."""
    colours, part = made_faces(5, count=2, noise=0).picture(1)
    assert colours.shape == (FACE_PX, FACE_PX, 3)
    middle, corner = colours[FACE_PX // 2, FACE_PX // 2], colours[2, 2]
    assert np.abs(middle.astype(int) - (200, 60, 40)).max() < 12
    assert np.abs(corner.astype(int) - (30, 60, 180)).max() < 12
    assert set(np.unique(part)) == {0, 1}
    assert part[FACE_PX // 2, FACE_PX // 2] == 1


def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    write_faces(made_faces(5), tmp_path / "p000005")
    (tmp_path / "p000005" / "gaze.npy").write_bytes(b"no array")
    with pytest.raises(TrainingError, match=r"gaze\.npy cannot be read .*delete .*p000005 and make it again"):
        read_faces(tmp_path / "p000005")
