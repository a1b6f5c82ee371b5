"""Options and refusals that every training command has, by the one that has nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_pairs import made_pairs
from training.__main__ import main
from training.commands.run_options import add_run_options, check_run
from training.loop import CHECKPOINT
from training.pairs.person_pairs import write_pairs


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """--data, --held-out and -o of a run with one person each."""
    for identity, place in enumerate(("pairs", "held-out")):
        write_pairs(made_pairs(identity, 2), tmp_path / place / f"p{identity:06d}")
    return [
        "--data",
        str(tmp_path / "pairs"),
        "--held-out",
        str(tmp_path / "held-out"),
        "-o",
        str(tmp_path / "run"),
    ]


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["retouch", *words]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--minutes", "0"], "--minutes 0, expected 0.05 to"),
        (["--batch", "0"], "--batch 0, expected 1 to"),
        (["--rate", "7"], "--rate 7, expected 1e-07 to 0.1"),
        (["--threads", "-1"], "--threads -1, expected 0 to"),
    ],
)
def test_an_impossible_number_is_refused(
    more: list[str], words: str, places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refused([*places, *more], capsys)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("place", ["pairs", "held-out"])
def test_a_folder_without_people_is_named_with_the_command_that_fills_it(
    place: str, places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / place).rename(tmp_path / "elsewhere")
    said = refused(places, capsys)
    assert f"{tmp_path / place}: no finished people" in said
    assert "omote-train pairs" in said


def test_people_cannot_be_judged_by_themselves(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "held-out" / "p000001").rename(tmp_path / "held-out" / "p000000")
    assert "1 people are in both --data and --held-out, such as p000000" in refused(places, capsys)


def test_an_earlier_run_is_not_overwritten(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"hours of work")
    assert "go on with --resume" in refused(places, capsys)
    assert (tmp_path / "run" / CHECKPOINT).read_bytes() == b"hours of work"


def test_resuming_without_a_run_says_so(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be continued" in refused([*places, "--resume"], capsys)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_device_that_is_missing_is_refused(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "--device cuda" in refused([*places, "--device", "cuda"], capsys)


def test_the_people_of_both_folders_are_found(places: list[str], tmp_path: Path) -> None:
    parser = ArgumentParser()
    add_run_options(parser)
    options = parser.parse_args(places)
    assert check_run(options) == ([tmp_path / "pairs" / "p000000"], [tmp_path / "held-out" / "p000001"])
