"""Before an avatar is made for LivePortrait, its files are found, their licence is shown, and checkpoints are converted."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.errors import ModelError
from inference.weight_search import VARIABLE
from inference.weight_sets import weight_sets
from omote.commands import avatar_weights
from omote.commands.avatar_weights import ready_weights

SETS = {one.key: one for one in weight_sets("liveportrait")}


def put(folder: Path, key: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for one in SETS[key].files:
        (folder / Path(one.name).name).touch()
    return folder


@pytest.fixture(autouse=True)
def nothing_in_the_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)


def test_the_licence_is_shown_and_onnx_files_are_used_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "here", "liveportrait-onnx")
    assert ready_weights(folder) == folder
    assert SETS["liveportrait-onnx"].licence in capsys.readouterr().err


def test_the_users_own_folder_needs_no_name(tmp_path: Path) -> None:
    put(tmp_path / "own" / "liveportrait-onnx", "liveportrait-onnx")
    assert ready_weights(None) is None


def test_nothing_is_here() -> None:
    with pytest.raises(ModelError, match="omote weights says where people get them"):
        ready_weights(None)


def test_converted_files_are_used_again(tmp_path: Path) -> None:
    checkpoints = put(tmp_path / "here", "liveportrait-pth")
    own = put(tmp_path / "own" / "liveportrait-onnx", "liveportrait-onnx")
    assert ready_weights(checkpoints) == own


def test_without_torch_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avatar_weights, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install 'omote\[export,neural\]'"):
        ready_weights(put(tmp_path / "here", "liveportrait-pth"))


def test_checkpoints_that_cannot_be_read_are_not_used(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Through the program that converts."""
    pytest.importorskip("torch", reason="pip install 'omote[export]'")
    with pytest.raises(ModelError, match="could not be converted; the reason is above"):
        ready_weights(put(tmp_path / "here", "liveportrait-pth"))
    assert "no checkpoint that can be read safely" in capfd.readouterr().err
