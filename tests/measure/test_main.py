from __future__ import annotations

import argparse

import pytest

from measure.__main__ import COMMANDS, main, names_of


def test_an_unknown_method_or_protocol_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["magic", "-o", "x"], ["copy", "--protocol", "guess", "-o", "x"]):
        with pytest.raises(SystemExit):
            main(wrong)
        assert "expected some of" in capsys.readouterr().err


def test_names_are_split_once_each_and_all_is_all() -> None:
    parse = names_of(("a", "b", "c"))
    assert parse("b,a,b") == ("b", "a")
    assert parse("all") == ("a", "b", "c")
    with pytest.raises(argparse.ArgumentTypeError, match="got 'd', expected some of a,b,c"):
        parse("a,d")


@pytest.mark.parametrize("command", [[], ["train-probes"], *([name] for name in COMMANDS)])
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert "example: omote-" in capsys.readouterr().out
