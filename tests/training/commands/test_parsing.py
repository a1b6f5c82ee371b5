from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_portraits import made_portrait
from training.__main__ import main
from training.loop import CHECKPOINT, WEIGHTS
from training.parsing.person_portraits import write_portraits
from training.run_log import LOG, read_log


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """--data, --held-out and -o of a run with one person each."""
    for identity, place in enumerate(("people", "unseen")):
        write_portraits([made_portrait(identity)], tmp_path / place / f"p{identity:06d}")
    data, unseen, run = (str(tmp_path / name) for name in ("people", "unseen", "run"))
    return ["--data", data, "--held-out", unseen, "-o", run]


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["parsing", *words]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_people_of_both_folders_are_refused(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_portraits([made_portrait(0)], tmp_path / "unseen" / "p000000")
    assert "1 people are in both --data and --held-out, such as p000000" in refused(places, capsys)


def test_a_folder_without_people_is_named_with_the_command_that_fills_it(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unseen").rename(tmp_path / "elsewhere")
    assert "make some with: omote-train portraits -o" in refused(places, capsys)


def test_a_run_leaves_weights_and_is_not_begun_twice(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parsing", *places, "--minutes", "0.05", "--batch", "2", "--threads", "1"]) == 0
    run = tmp_path / "run"
    assert (run / WEIGHTS).is_file()
    assert (run / CHECKPOINT).is_file()
    assert "person_iou" in read_log(run / LOG)[-1]
    capsys.readouterr()
    assert "go on with --resume" in refused(places, capsys)
