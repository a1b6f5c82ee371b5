"""A real Blender in the background, and what it answers. The functions that it runs are in inside/."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

INSIDE: Final = Path(__file__).parent / "inside"
#: More Blenders than the one on the path: programs, or Pythons with the package bpy; separated like PATH.
VARIABLE: Final = "OMOTE_BLENDERS"
PATIENCE_S: Final = 280.0  # a window that is drawn without a graphics card, on a busy machine


def blenders() -> list[str]:
    """Every Blender to test in: programs and Pythons."""
    found = shutil.which("blender")
    named = [one for one in os.environ.get(VARIABLE, "").split(os.pathsep) if one]
    return [*([found] if found else []), *named]


class Blender:
    """Calls steps in it. Belongs to one thread."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._lines = opened.makefile("r", encoding="utf-8")

    def close(self) -> None:
        """Close the buffer of answers."""
        self._lines.close()

    def __getattr__(self, step: str) -> Any:
        """A function of a module of inside/; its arguments are given by name."""

        def call(**arguments: object) -> Any:
            self._socket.sendall((json.dumps([step, arguments]) + "\n").encode())
            line = self._lines.readline()
            assert line, f"Blender ended during {step}"
            answer = json.loads(line)
            assert "error" not in answer, answer.get("error")
            return answer["result"]

        return call


@contextmanager
def running_blender(
    program: str, home: Path, *, display: str = "", size: tuple[int, int] = (1180, 760)
) -> Iterator[Blender]:
    """A Blender with settings of its own in `home`, which must exist.

    Args:
        program: from `blenders`.
        display: the X server that its window opens on, drawn without a graphics card; "" = no window.
        size: of its window.
    """
    server = str(INSIDE / "server.py")
    with socket.create_server(("127.0.0.1", 0)) as listening, (home / "blender.log").open("wb") as log:
        port = str(listening.getsockname()[1])
        listening.settimeout(PATIENCE_S)
        if "blender" not in Path(program).name:
            command = [program, server, "--", port]
        elif display:
            place = ["--window-geometry", "0", "0", *map(str, size)]
            command = [program, *place, "--factory-startup", "--python", server, "--", port]
        else:
            command = [program, "--background", "--factory-startup", "--python", server, "--", port]
        own = {
            "HOME": str(home),
            "BLENDER_USER_RESOURCES": str(home),
            "BLENDER_USER_SCRIPTS": str(home / "scripts"),
            "XDG_RUNTIME_DIR": str(home / "user"),  # where it looks for rings
        }
        if display:
            own |= {"DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
        (home / "user").mkdir(mode=0o700, exist_ok=True)
        (home / "scripts" / "addons").mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=subprocess.STDOUT)
        try:
            opened, _ = listening.accept()
            opened.settimeout(PATIENCE_S)
            with opened, closing(Blender(opened)) as blender:
                yield blender
                opened.shutdown(socket.SHUT_RDWR)  # it ends then
            process.wait(60)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
