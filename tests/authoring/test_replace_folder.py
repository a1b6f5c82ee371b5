from __future__ import annotations

from pathlib import Path

import pytest

from authoring.errors import AuthoringError
from authoring.replace_folder import new_folder


def avatar(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "avatar.toml").write_text('format = 1\n[files]\nface = "face.png"\n')
    (folder / "face.png").write_text("old")
    (folder / "preview.png").write_text("old")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): f.read_text() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_the_folder_appears_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er" / "me"
    with new_folder(target, replace=False) as folder:
        (folder / "face.png").write_text("new")
        assert not target.exists()
        assert folder.parent == target.parent
    assert contents(target) == {"face.png": "new"}
    assert [f.name for f in target.parent.iterdir()] == ["me"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, error: type[BaseException]) -> None:
    target = avatar(tmp_path / "me")
    before = contents(tmp_path)

    def work() -> None:
        with new_folder(target, replace=True) as folder:
            (folder / "face.png").write_text("half")
            raise error

    with pytest.raises(error):
        work()
    assert contents(tmp_path) == before
    assert list(tmp_path.iterdir()) == [target]


def test_an_avatar_is_replaced_only_on_request(tmp_path: Path) -> None:
    target = avatar(tmp_path / "me")
    with pytest.raises(AuthoringError, match="--force"), new_folder(target, replace=False):
        pytest.fail("no work should begin")
    with new_folder(target, replace=True) as folder:
        (folder / "avatar.toml").write_text("new")
    assert contents(target) == {"avatar.toml": "new"}
    assert list(tmp_path.iterdir()) == [target]


def test_the_users_own_files_in_an_avatar_survive(tmp_path: Path) -> None:
    target = avatar(tmp_path / "me")
    (target / "notes.txt").write_text("mine")
    (target / "sounds").mkdir()
    (target / "sounds" / "a.wav").write_text("mine too")
    with new_folder(target, replace=True) as folder:
        (folder / "avatar.toml").write_text("new")
    assert contents(target) == {"avatar.toml": "new", "notes.txt": "mine", "sounds/a.wav": "mine too"}


@pytest.mark.parametrize("replace", [False, True])
def test_a_folder_of_something_else_is_never_touched(tmp_path: Path, replace: bool) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(AuthoringError, match="no avatar"), new_folder(tmp_path, replace=replace):
        pytest.fail("no work should begin")
    assert contents(tmp_path) == {"thesis.txt": "years"}


def test_a_file_in_the_place_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "me").write_text("a file")
    with pytest.raises(AuthoringError, match="is a file"), new_folder(tmp_path / "me", replace=True):
        pytest.fail("no work should begin")


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "me").mkdir()
    with new_folder(tmp_path / "me", replace=False) as folder:
        (folder / "a").write_text("new")
    assert contents(tmp_path) == {"me/a": "new"}


def test_files_written_meanwhile_are_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "me"

    def work() -> None:
        with new_folder(target, replace=False):
            target.mkdir()
            (target / "other").write_text("another program's")

    with pytest.raises(AuthoringError, match="no avatar"):
        work()
    assert contents(tmp_path) == {"me/other": "another program's"}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(AuthoringError, match="cannot be written"),
        new_folder(tmp_path / "file" / "me", replace=False),
    ):
        pytest.fail("no work should begin")
