from __future__ import annotations

import argparse

import pytest

from terminal.old_option import add_old_option


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    """A command of a program, with two options that had other names."""
    program = argparse.ArgumentParser()
    command = program.add_subparsers(required=True).add_parser("draw")
    command.add_argument("--count", type=int, required=True)
    command.add_argument("-o", "--output")
    command.add_argument("--tag", action="append")
    command.add_argument("rest", nargs="*")
    add_old_option(command, "--people", "--count")
    add_old_option(command, "--out", "--output")
    return program


@pytest.mark.parametrize("words", [["--people", "3", "--out", "x"], ["--people=3", "--out=x"]])
def test_old_names_set_the_new_options_and_say_so(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    options = parser.parse_args(["draw", *words])
    assert (options.count, options.output) == (3, "x")
    assert set(capsys.readouterr().err.splitlines()) == {
        "note: --people is called --count now",
        "note: --out is called --output now",
    }


def test_new_names_are_not_remarked_and_values_stay(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    options = parser.parse_args(["draw", "--count", "3", "-o", "people", "--tag=--peoples", "out"])
    assert (options.count, options.output, options.tag, options.rest) == (3, "people", ["--peoples"], ["out"])
    assert capsys.readouterr().err == ""


def test_help_shows_only_the_new_name(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args(["draw", "--help"])
    said = capsys.readouterr().out
    assert "--count" in said
    assert "--people" not in said
