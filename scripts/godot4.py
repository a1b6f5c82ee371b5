"""Unpack Godot 4 for the tests, from Debian's newest packages, without installing any.

    python scripts/godot4.py              # into build/godot4; prints the program

Debian's releases have Godot 3. Its development suite has Godot 4, which needs newer libraries than a release has: all of
them are unpacked into one folder, and the program is started by their own loader. apt keeps its lists there too, so the
system stays as it is, and root is not needed. On other systems, install Godot 4 yourself: the tests take a program
`godot4` or `godot` on the path.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "godot4"
PROGRAM = "godot4"
SUITE = "sid"
FETCH_S = 180
#: What only a window or a sound needs: two thirds of all bytes.
NEEDLESS = ("mesa-", "libllvm", "libz3-", "fonts-", "libgl1-mesa", "debconf", "xkb-data", "pci.ids")
LAUNCHER = """#!/bin/sh
root=$(dirname "$0")/root
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries:$libraries/pulseaudio" "$root/usr/bin/godot" "$@"
"""


def run(command: list[str], *, cwd: Path | None = None) -> str:
    """What a command prints; its errors are part of the exception."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=FETCH_S, check=False)
    if done.returncode != 0:
        raise OSError(f"{command[0]} has failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def debian_mirror() -> tuple[str, str]:
    """Address and keyring of the Debian that this system's packages come from."""
    listed = run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN)", "Created-By: Packages"])
    addresses = [line.split()[0] for line in listed.splitlines() if line.endswith(" Debian")]
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    named = [address for address in addresses if address.rstrip("/").endswith("/debian")]
    if not named or not keyring.is_file():
        raise OSError("apt knows no Debian; on other systems, put a program godot4 on the path")
    return named[0], str(keyring)


def apt(state: Path, *arguments: str, cwd: Path | None = None) -> str:
    """apt-get with nothing but the development suite, and no package installed."""
    options = {
        "APT::Architecture": "amd64",
        "APT::Sandbox::User": "root",  # the folder is this user's
        "Acquire::Languages": "none",
        "Dir::Cache": f"{state}/cache",
        "Dir::Etc::sourcelist": f"{state}/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": f"{state}/state",
        "Dir::State::status": f"{state}/status",
    }
    given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return run(["apt-get", "-q", *given, *arguments], cwd=cwd)


def unpack(program: Path) -> None:
    """Fetch and unpack Godot and its libraries beside the program that starts it."""
    if platform.machine() != "x86_64" or any(shutil.which(name) is None for name in ("apt-get", "dpkg-deb")):
        raise OSError("only for Debian on x86-64; on other systems, put a program godot4 on the path")
    mirror, keyring = debian_mirror()
    # 1. a state of its own, where nothing is installed
    state, root = program.parent / "apt", program.parent / "root"
    for name in ("cache/archives/partial", "state/lists/partial", "packages"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    (state / "sources.list").write_text(f"deb [signed-by={keyring}] {mirror} {SUITE} main\n")
    apt(state, "update")
    # 2. everything that it depends on, less what runs without a window
    planned = apt(state, "-s", "install", "--no-install-recommends", "godot")
    names = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
    apt(state, "download", *(one for one in names if not one.startswith(NEEDLESS)), cwd=state / "packages")
    # 3. into one folder, with its own loader
    for package in sorted((state / "packages").glob("*.deb")):
        run(["dpkg-deb", "-x", str(package), str(root)])
    program.write_text(LAUNCHER)
    program.chmod(0o755)
    shutil.rmtree(state)


def main() -> int:
    """Unpack it where that was not done; a failure is reported, and the tests that need it are skipped."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    program = FOLDER / PROGRAM
    try:
        if not program.is_file():
            unpack(program)
        print(program, run([str(program), "--headless", "--version"]).strip())
    except (OSError, subprocess.SubprocessError) as error:
        print(f"without Godot 4: {error}; tests that need it are skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
