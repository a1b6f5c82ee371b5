from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_pairs import made_pairs
from training.errors import TrainingError
from training.pairs.person_pairs import read_pairs, write_pairs
from training.pairs.workers import make_all_pairs
from training.person_workers import is_done, person_folder


def make(
    folder: Path, identities: list[int], source: Path, landmarker: Path
) -> tuple[tuple[int, int], list[int]]:
    shown: list[int] = []
    counts = make_all_pairs(
        folder,
        identities,
        count=1,
        seed=0,
        source=source,
        face_landmarker=landmarker,
        workers=1,
        progress=shown.append,
    )
    return counts, shown


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_people_who_are_finished_are_left_as_they_are(tmp_path: Path) -> None:
    write_pairs(made_pairs(7), person_folder(tmp_path, 7))
    person_folder(tmp_path, 8).with_suffix(".refused").touch()
    before = contents(tmp_path)
    nowhere = tmp_path / "nowhere"  # would fail if anything were opened
    assert make(tmp_path, [7, 8], nowhere, nowhere) == ((1, 1), [2])
    assert contents(tmp_path) == before


def test_a_person_is_made_in_a_process_of_its_own_and_never_again(
    shared: Path, small_head: Path, tmp_path: Path
) -> None:
    """The whole way; whether a head of ellipsoids makes a good avatar is the landmarker's to say."""
    pytest.importorskip("mediapipe")
    model = shared / "models" / "face_landmarker.task"
    (done, refused), shown = make(tmp_path, [3], small_head, model)
    assert done + refused == 1
    assert shown == [0, 1]
    assert is_done(tmp_path, 3)
    (left,) = tmp_path.iterdir()
    assert left.name == ("p000003" if done else "p000003.refused")
    if done:
        assert len(read_pairs(left).draft) == 2  # the portrait itself, and a moment
    before = contents(tmp_path)
    nowhere = tmp_path / "nowhere"
    assert make(tmp_path, [3], nowhere, nowhere) == ((done, refused), [1])
    assert contents(tmp_path) == before


def test_a_worker_that_ends_unexpectedly_is_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TrainingError, match="a worker ended unexpectedly"):
        make(tmp_path, [3], tmp_path / "nowhere.npz", tmp_path / "nowhere.task")
    assert "nowhere" in capfd.readouterr().err
    assert not is_done(tmp_path, 3)
