from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]


def leashed(tmp_path: Path, code: str) -> subprocess.Popen[str]:
    (tmp_path / "a_module.py").write_text(code)
    environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    return subprocess.Popen(
        [sys.executable, "-m", "runtime.trackers.leash", "a_module", "one", "two"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_the_module_runs_as_a_program_of_its_own_with_its_exit_status(tmp_path: Path) -> None:
    with leashed(tmp_path, "import sys\nprint(__name__, sys.argv[1:])\nsys.exit(7)") as process:
        assert process.stdout is not None
        assert process.stdout.read() == "__main__ ['one', 'two']\n"
    assert process.returncode == 7


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM")
@pytest.mark.parametrize(
    ("handler", "status"), [("lambda *_: sys.exit(3)", 3), ("signal.SIG_IGN", 1)], ids=["polite", "stubborn"]
)
def test_the_module_is_stopped_when_its_input_ends(tmp_path: Path, handler: str, status: int) -> None:
    code = f"import signal, sys, time\nsignal.signal(signal.SIGTERM, {handler})\n"
    code += "print('ready', flush=True)\ntime.sleep(3600)"
    with leashed(tmp_path, code) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.close()
        assert process.wait(PATIENCE_S) == status
