from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from tests.made_pairs import made_pairs
from training.errors import TrainingError
from training.pairs.person_pairs import read_pairs, write_pairs


def test_pairs_are_read_back_as_they_were(tmp_path: Path) -> None:
    pairs = made_pairs()
    write_pairs(pairs, tmp_path / "p000001")
    found = read_pairs(tmp_path / "p000001")
    for field in fields(pairs):
        one, other = getattr(pairs, field.name), getattr(found, field.name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert [path.name for path in tmp_path.iterdir()] == ["p000001"]


def test_what_is_read_cannot_be_changed_by_accident(tmp_path: Path) -> None:
    write_pairs(made_pairs(), tmp_path / "p000001")
    with pytest.raises(ValueError, match="read-only"):
        read_pairs(tmp_path / "p000001").draft[0] = 0


@pytest.mark.parametrize("name", ["truth", "identity"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_damaged_file_is_named(name: str, damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "p000001"
    write_pairs(made_pairs(), folder)
    path = folder / f"{name}.npy"
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": content[:-3], "other": b"not an array at all"}[damage])
    with pytest.raises(TrainingError, match=rf"{name}\.npy cannot be read .* make it again"):
        read_pairs(folder)


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "p000001"
    write_pairs(made_pairs(), folder)
    np.save(folder / "truth.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(TrainingError, match="truth"):
        read_pairs(folder)


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "p000001"
    broken = replace(made_pairs(), plate=np.array([{}], object))  # cannot be written
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        write_pairs(broken, folder)
    assert not folder.exists()
    write_pairs(made_pairs(), folder)  # what the failure left behind is in no one's way
    assert np.array_equal(read_pairs(folder).plate, made_pairs().plate)
