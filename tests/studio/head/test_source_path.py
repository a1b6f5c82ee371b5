from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import StudioError
from studio.head.source_path import find_face_source


def test_named_file_environment_and_usual_folders_are_searched(
    small_head: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OMOTE_ICT", raising=False)
    with pytest.raises(StudioError, match="ICT-FaceKit"):
        find_face_source(None)
    (tmp_path / "ict-facekit").mkdir()
    usual = tmp_path / "ict-facekit" / "ict_facekit.npz"
    usual.write_bytes(small_head.read_bytes())
    assert find_face_source(None) == usual.resolve()
    assert find_face_source(small_head.parent) == small_head.resolve()
    monkeypatch.setenv("OMOTE_ICT", str(small_head))
    assert find_face_source(None) == small_head.resolve()


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StudioError, match=r"gone.npz \(--ict\)"):
        find_face_source(tmp_path / "gone.npz")
    monkeypatch.setenv("OMOTE_ICT", str(tmp_path / "gone.npz"))
    with pytest.raises(StudioError, match="OMOTE_ICT"):
        find_face_source(None)
