from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from studio.head.identity import identities_of
from training.commands.data_options import add_data_options, begin_data, check_data_options
from training.errors import TrainingError


def options(folder: Path, *words: str, motions: int | None = 24) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_data_options(parser, "things", people=100, motions=motions)
    return parser.parse_args(["-o", str(folder), *words])


def test_the_people_are_those_of_the_split(tmp_path: Path) -> None:
    assert begin_data(options(tmp_path / "a"), "kept.json") == list(identities_of("train", 100))
    chosen = begin_data(options(tmp_path / "b", "--people", "3", "--split", "validation"), "kept.json")
    assert chosen == list(identities_of("validation", 3))
    assert not set(chosen) & set(identities_of("train", 100))


def test_a_folder_goes_on_with_more_people_and_not_with_another_seed(tmp_path: Path) -> None:
    begin_data(options(tmp_path, "--people", "3"), "kept.json")
    assert len(begin_data(options(tmp_path, "--people", "5"), "kept.json")) == 5
    for words in (("--seed", "1"), ("--motions", "8"), ("--split", "validation")):
        with pytest.raises(TrainingError, match="choose another folder"):
            begin_data(options(tmp_path, *words), "kept.json")


@pytest.mark.parametrize("motions", [24, None])
def test_numbers_out_of_range_are_refused(tmp_path: Path, motions: int | None) -> None:
    with pytest.raises(TrainingError, match="--people 0, expected 1 to"):
        check_data_options(options(tmp_path, "--people", "0", motions=motions))
    check_data_options(options(tmp_path, motions=motions))


def test_the_test_split_cannot_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(tmp_path, "--split", "test")
    assert "invalid choice: 'test'" in capsys.readouterr().err
