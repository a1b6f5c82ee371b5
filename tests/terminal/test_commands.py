from __future__ import annotations

import sys
from pathlib import Path

import pytest

from protocol.errors import OmoteError
from terminal.commands import run_program

MODULE = """
from protocol.errors import OmoteError

def add_parser(subparsers):
    parser = subparsers.add_parser({name!r}, help="does it")
    parser.add_argument("--how", default="well")

def run(options):
    raise {error}
"""
ERRORS = {
    "fail": "OmoteError('x.toml is damaged; copy it again')",
    "stop": "KeyboardInterrupt",
    "lack": "ModuleNotFoundError('No module named torch', name='torch')",
    "end": "SystemExit(options.how)",
}


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, error in ERRORS.items():
        (tmp_path / f"made_{name}.py").write_text(MODULE.format(name=name, error=error), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return {name: f"made_{name}" for name in ERRORS}


def run(commands: dict[str, str], *words: str) -> int:
    return run_program(
        "program",
        commands,
        words,
        description="Does things.",
        epilog="example: program end",
        error=OmoteError,
    )


@pytest.mark.parametrize(
    ("command", "code", "line"),
    [
        ("fail", 1, "program fail: x.toml is damaged; copy it again\n"),
        ("stop", 130, "program stop: stopped\n"),
        ("lack", 1, "program lack: this needs torch, which is not installed"),
    ],
)
def test_an_error_is_one_line(
    command: str, code: int, line: str, commands: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(commands, command) == code
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1


def test_a_command_gets_its_options(commands: dict[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(commands, "end", "--how", "quietly")
    assert ended.value.code == "quietly"


def test_only_the_module_of_the_command_is_imported(commands: dict[str, str]) -> None:
    for name in commands.values():
        sys.modules.pop(name, None)
    run(commands, "fail")
    assert [name for name in commands.values() if name in sys.modules] == ["made_fail"]


def test_help_lists_all_commands(commands: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(commands, "--help")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in commands)
    assert "example: program end" in said


def test_a_command_that_is_none_is_refused(
    commands: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(commands, "fial")
    assert ended.value.code == 2
    assert "invalid choice: 'fial'" in capsys.readouterr().err
