"""Model folders that are whole, and every way in which they are not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.errors import ModelError
from inference.model_folder import MAX_BYTES, ModelKind, is_model_folder, load_model_folder, network_name

FILES = {"avatar.onnx": b"first graph", "form.onnx": b"second graph"}
KIND = ModelKind(
    "retouch",
    files=("avatar.onnx", "form.onnx"),
    sizes={"channels_in": 17, "code": 71},
    limits={"avatar_code": (1, 4096)},
    advice="or choose --engine head",
)


def write(folder: Path, files: dict[str, bytes] = FILES, **changes: object) -> Path:
    """A model folder by hand; `changes` replace lines of the manifest, None leaves one out."""
    folder.mkdir()
    keys: dict[str, object] = {
        "name": '"retouch"',
        "format": 1,
        "channels_in": 17,
        "code": 71,
        "avatar_code": 24,
        "trained_on": '"people"',
        "hours": 8.5,
    } | changes
    sums = "".join(f'"{name}" = "{hashlib.sha256(data).hexdigest()}"\n' for name, data in FILES.items())
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items() if value is not None)
    (folder / "model.toml").write_text(f"{lines}[sha256]\n{sums}", encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_whole_folder_is_read(tmp_path: Path) -> None:
    folder = load_model_folder(write(tmp_path / "model"), KIND)
    assert folder.graphs == FILES
    assert folder.numbers == {"avatar_code": 24}
    assert (folder.name, folder.trained_on, folder.hours) == ("retouch", "people", 8.5)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": '"probe"'}, "'probe', expected 'retouch'"),
        ({"format": None}, "no format number"),
        ({"format": "true"}, "no format number"),
        ({"format": 2}, "format 2, this Omote reads up to 1; update Omote"),
        ({"channels_in": 16}, "channels_in is 16, this Omote expects 17"),
        ({"code": '"71"'}, "code is '71', this Omote expects 71"),
        ({"code": None}, "code is None, this Omote expects 71"),
        ({"avatar_code": 0}, "avatar_code is 0, expected 1 to 4096"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load_model_folder(write(tmp_path / "model", **changes), KIND)


def no_folder(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def cut_short(folder: Path) -> None:
    (folder / "form.onnx").write_bytes(FILES["form.onnx"][:-1])


def missing(folder: Path) -> None:
    (folder / "avatar.onnx").unlink()


def linked(folder: Path) -> None:
    (folder / "form.onnx").rename(folder / "elsewhere")
    (folder / "form.onnx").symlink_to(folder / "elsewhere")


def huge(folder: Path) -> None:
    with (folder / "form.onnx").open("r+b") as file:
        file.truncate(MAX_BYTES + 1)


def without_checksums(folder: Path) -> None:
    text = (folder / "model.toml").read_text("utf-8")
    (folder / "model.toml").write_text(text.split("[sha256]")[0], encoding="utf-8")


def no_toml(folder: Path) -> None:
    (folder / "model.toml").write_bytes(b"\x89PNG not toml")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (no_folder, "no model.toml.*--engine head"),
        (cut_short, "is damaged: its sha256"),
        (missing, "avatar.onnx cannot be read"),
        (linked, "symbolic link"),
        (huge, "expected at most"),
        (without_checksums, r"\[sha256\] must name avatar.onnx and form.onnx"),
        (no_toml, "a PNG picture"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path: Path, damage: Callable[[Path], None], says: str) -> None:
    folder = write(tmp_path / "model")
    damage(folder)
    with pytest.raises(ModelError, match=says):
        load_model_folder(folder, KIND)


def test_a_folder_says_whose_network_it_holds(tmp_path: Path) -> None:
    assert network_name(write(tmp_path / "model")) == "retouch"
    with pytest.raises(ModelError, match="holds no network"):
        network_name(tmp_path)


def test_a_folder_is_a_model_folder_by_its_manifest(tmp_path: Path) -> None:
    assert is_model_folder(write(tmp_path / "model"))
    assert not is_model_folder(tmp_path)
