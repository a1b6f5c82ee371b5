"""A process of another user of this machine, for tests that run as root."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

#: "nobody" on every Linux; owns nothing.
NOBODY = 65534

other_user_only = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0,
    reason="needs Linux and root, to start a process of another user",
)


def run_as_nobody(script: str, *arguments: str) -> str:
    """Run Python code that needs only the standard library as NOBODY; what it printed, without white space around."""

    def become() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    # the base interpreter's own folder may not be readable for others
    python = next(
        (path for path in ("/usr/bin/python3", "/usr/local/bin/python3") if os.path.exists(path)), ""
    )
    if not python:
        pytest.skip("there is no Python in /usr/bin that another user could run")
    done = subprocess.run(
        [python, "-I", "-c", script, *arguments],
        preexec_fn=become,
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
