"""Weights are found in the user's folder, in places of other programs, or in a folder that is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from inference.weight_search import (
    VARIABLE,
    checksum_trouble,
    find_weights,
    sha256_of,
    weights_folder,
)
from inference.weight_sets import WeightFile, WeightSet
from protocol.errors import FileError

GOOD = b"weights of a network" * 1000
SET = WeightSet(
    key="example-onnx",
    engine="example",
    title="Example",
    files=(
        WeightFile("base/first.onnx", hashlib.sha256(GOOD).hexdigest()),
        WeightFile("base/second.onnx"),
        WeightFile("eyes.onnx", is_required=False),
    ),
    licence="MIT",
    sources=("https://example.org",),
    places=("~/Elsewhere/*/onnx",),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "weights"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, *names: str, data: bytes = GOOD) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_nothing_is_here(home: Path) -> None:
    found = find_weights(SET)
    assert found.folder is None
    assert [one.name for one in found.missing] == ["base/first.onnx", "base/second.onnx"]


def test_the_users_folder_comes_before_other_programs(home: Path) -> None:
    other = put(home / "Elsewhere/abc/onnx", "base/first.onnx", "base/second.onnx")
    assert find_weights(SET).folder == other
    own = put(weights_folder() / SET.key, "base/first.onnx", "base/second.onnx")
    found = find_weights(SET)
    assert found.folder == own
    assert found.is_complete


def test_a_whole_set_is_preferred_to_a_part_of_it(home: Path) -> None:
    put(weights_folder() / SET.key, "base/first.onnx")
    whole = put(home / "Elsewhere/abc/onnx", "base/first.onnx", "base/second.onnx")
    assert find_weights(SET).folder == whole


def test_only_the_named_folder_is_searched_and_may_be_flat(home: Path) -> None:
    put(weights_folder() / SET.key, "base/first.onnx", "base/second.onnx")
    flat = put(home / "Downloads", "first.onnx")
    found = find_weights(SET, flat)
    assert found.files == {"base/first.onnx": flat / "first.onnx"}
    assert [one.name for one in found.missing] == ["base/second.onnx"]


def test_a_file_that_differs_is_named(home: Path) -> None:
    folder = put(home / "Downloads", "first.onnx", "second.onnx")
    assert checksum_trouble(find_weights(SET, folder)) == []
    put(folder, "first.onnx", data=GOOD[:-1])
    (line,) = checksum_trouble(find_weights(SET, folder))
    assert str(folder / "first.onnx") in line
    assert "another export, or a download that was cut short" in line


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        sha256_of(tmp_path / "missing")


def test_a_relative_data_home_is_ignored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert weights_folder() == home / ".local/share/omote/weights"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert weights_folder() == home / "data/omote/weights"
