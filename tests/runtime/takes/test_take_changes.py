from __future__ import annotations

import time
from pathlib import Path

import pytest

from runtime.errors import TakeCommandError
from runtime.takes.folder import TakeFolder
from runtime.takes.take_changes import DELETED, KEPT_S, TakeChanges


@pytest.fixture
def folder(tmp_path: Path) -> TakeFolder:
    takes = tmp_path / "takes"
    takes.mkdir()
    for name in ("wave", "nod"):
        (takes / f"{name}.mcap").write_text(name)
    return TakeFolder(takes)


def test_a_take_gets_another_name(folder: TakeFolder) -> None:
    assert TakeChanges(folder).rename("wave", " Big/wave? ") == "Big wave"
    assert sorted(folder.names()) == ["Big wave", "nod"]
    assert folder.path_of("Big wave").read_text() == "wave"


@pytest.mark.parametrize(
    ("name", "wanted", "said"),
    [
        ("wave", "nod", "another take"),
        ("wave", "...", "letters"),
        ("gone", "x", "no take"),
        ("../wave", "x", "no take"),
    ],
)
def test_impossible_names_change_nothing(folder: TakeFolder, name: str, wanted: str, said: str) -> None:
    with pytest.raises(TakeCommandError, match=said):
        TakeChanges(folder).rename(name, wanted)
    assert sorted(folder.names()) == ["nod", "wave"]


def test_the_last_deletion_is_taken_back(folder: TakeFolder) -> None:
    changes = TakeChanges(folder)
    changes.delete("wave")
    assert folder.names() == ["nod"]
    (folder.path / "wave.mcap").write_text("second")
    changes.delete("wave")
    changes.restore("wave")
    assert folder.path_of("wave").read_text() == "second"
    with pytest.raises(TakeCommandError, match="another take"):
        changes.restore("wave")
    changes.rename("wave", "later")
    changes.restore("wave")
    assert folder.path_of("wave").read_text() == "wave"
    with pytest.raises(TakeCommandError, match="was deleted"):
        changes.restore("never")


def test_what_was_deleted_long_ago_is_removed(folder: TakeFolder) -> None:
    changes = TakeChanges(folder)
    changes.delete("wave")
    (recent,) = (folder.path / DELETED).iterdir()
    old = recent.with_name(f"old@{time.time_ns() - round((KEPT_S + 60) * 1e9)}.mcap")
    old.write_text("old")
    changes.delete("nod")
    left = sorted(file.name.partition("@")[0] for file in (folder.path / DELETED).iterdir())
    assert left == ["nod", "wave"]
