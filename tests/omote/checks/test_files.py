from __future__ import annotations

from pathlib import Path

import pytest

from omote.checks import files
from runtime.avatars.builtin import DEFAULT


def test_a_missing_landmarker_is_a_hint_with_ways_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(tmp_path / "nowhere.task"))
    [finding] = files.check_landmarker()
    assert finding.state == "hint"
    assert "nowhere.task" in finding.text


def test_a_landmarker_that_is_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "face.task"
    model.write_bytes(b"x")
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(model))
    [finding] = files.check_landmarker()
    assert (finding.state, finding.text) == ("ok", f"model: {model}")


def test_without_a_builtin_avatar_the_runtime_still_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("runtime.avatars.builtin.FOLDER", tmp_path / "nothing")
    [finding] = files.check_builtin_avatars()
    assert finding.state == "hint"


def test_a_broken_builtin_avatar_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / DEFAULT).mkdir()
    (tmp_path / DEFAULT / "avatar.toml").write_text("format = 99")
    monkeypatch.setattr("runtime.avatars.builtin.FOLDER", tmp_path)
    [finding] = files.check_builtin_avatars()
    assert finding.state == "problem"
    assert "format 99" in finding.text
