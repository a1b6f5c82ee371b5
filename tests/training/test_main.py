from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from training.__main__ import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"example: omote-train {command}" in " ".join(capsys.readouterr().out.split())


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    listed = {line.split()[0] for line in said.splitlines() if line.startswith("    ") and line.strip()}
    assert listed >= set(COMMANDS)


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
from training.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "command",
    ["retouch --data . --held-out . -o {new}", "export retouch {new}"],
)
def test_without_torch_one_line_says_what_to_install(command: str, tmp_path: Path) -> None:
    words = command.format(new=tmp_path / "run").split()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "torch" in done.stderr
    assert "pip install 'omote[torch]'" in done.stderr
    assert done.stderr.count("\n") == 1
