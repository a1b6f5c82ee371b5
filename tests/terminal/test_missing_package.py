from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from terminal.missing_package import EXTRAS, missing_package

ROOT = Path(__file__).resolve().parents[2]
#: Runs a program where some packages cannot be imported, as after a base installation.
BARE = """
import runpy, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
sys.argv = {argv!r}
runpy.run_module(sys.argv[0], run_name="__main__")
"""


def run_bare(*argv: str) -> subprocess.CompletedProcess[str]:
    code = BARE.format(missing=set(EXTRAS), argv=list(argv))
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=600)


def test_every_extra_is_one_of_ours() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(EXTRAS.values()) <= set(extras)


def test_an_unknown_module_stays_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        missing_package(ModuleNotFoundError("no", name="studio.nothing"))


@pytest.mark.parametrize("command", ["omote", "bridge", "studio", "measure"])
def test_help_needs_no_extra(command: str) -> None:
    done = run_bare(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    done = run_bare("studio", "import", str(tmp_path), "-o", str(tmp_path / "x.npz"))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    done = run_bare("studio", "preview", "-o", str(tmp_path / "x.png"), "--ict", str(tmp_path / "none.npz"))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Traceback" not in done.stderr
