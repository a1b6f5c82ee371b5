"""Install third-party programs that send to Omote in the tests, in an environment of their own.

    python scripts/test_senders.py              # into .venv/senders

Python programs go into a virtual environment of their own, npm packages beside it. A failed
installation is reported, and the tests that need it are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "senders"
FOLDER = ROOT / ".venv" / "senders"
INSTALL_S = 600


def python_of(folder: Path) -> Path:
    """The Python interpreter of the virtual environment in a folder."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def install_python_programs(folder: Path) -> None:
    """A virtual environment with tests/senders/requirements.txt."""
    if not python_of(folder).exists():
        venv.create(folder, with_pip=True)
    pip = [str(python_of(folder)), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "-r", str(LISTS / "requirements.txt")], check=True, timeout=INSTALL_S)


def install_npm_packages(folder: Path) -> None:
    """A node_modules folder with what tests/senders/package-lock.json pins."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LISTS / name, folder / name)
    command = [npm, "ci", "--omit=optional", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=folder, check=True, timeout=INSTALL_S)


def main() -> int:
    """Install both; a failure of one is reported and does not stop the other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for install in (install_python_programs, install_npm_packages):
        try:
            install(FOLDER)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{install.__name__.replace('_', ' ')}: {error}; tests that need them are skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
