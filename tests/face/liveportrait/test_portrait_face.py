"""A portrait's file comes back as it was, and one that is damaged is refused."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from face.avatar import Avatar
from face.errors import AvatarError
from face.liveportrait.portrait_face import FILE, ROLE, load_face, save_face
from tests.face.liveportrait.faces import rigid_face


def avatar(folder: Path, *, has_file: bool = True) -> Avatar:
    files = {ROLE: folder / FILE} if has_file else {}
    return Avatar(path=folder, name="me", engine="liveportrait", background="keep", files=files)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    volume = np.random.RandomState(0).standard_normal((1, 3, 2, 4, 5)).astype(np.float32)
    face = rigid_face(volume=volume)
    save_face(face, tmp_path / FILE)
    read = load_face(avatar(tmp_path))
    for one in fields(face):
        values = getattr(read, one.name)
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, getattr(face, one.name), rtol=1e-3, err_msg=one.name)


def test_an_avatar_of_another_engine_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match="--engine liveportrait"):
        load_face(avatar(tmp_path, has_file=False))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"keypoints": np.zeros((20, 3), np.float32)}, "keypoints has the shape"),
        ({"deltas": np.full((56, 21, 3), np.nan, np.float32)}, "deltas holds numbers out of range"),
        ({"scale": np.zeros(1, np.float32)}, "scale and crop must be positive"),
        ({"volume": np.zeros((2, 2), np.float32)}, "no volume"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, change: dict[str, np.ndarray], said: str) -> None:
    save_face(rigid_face(**change), tmp_path / FILE)
    with pytest.raises(AvatarError, match=said):
        load_face(avatar(tmp_path))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no archive")
    with pytest.raises(AvatarError, match="make the avatar again"):
        load_face(avatar(tmp_path))
