"""Starts a packed program, waits for its panel and a frame, and stops it; says how large it is and how long it took.

    python installer/try_program.py dist/omote/omote --engine null

Needs only the standard library. Exit code 0: the panel answered, a frame came, and the program ended as it should.
"""

from __future__ import annotations

import argparse
import base64
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 180.0
PORTS: Final = ("control", "request", "publish", "osc", "vmc")


def main(program: Path, options: list[str]) -> int:
    """Try the program; returns the exit code."""
    files = [path for path in program.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    print(f"{sum(path.stat().st_size for path in files) / 1e6:.0f} MB in {program.parent}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    closed = [word for name in PORTS for word in (f"--{name}-port", "none")]
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    with tempfile.TemporaryDirectory() as folder:
        began_s = time.monotonic()
        process = subprocess.Popen(
            [program.resolve(), "run", "--publish", "browser", "--panel-port", str(port), *closed, *options],
            cwd=folder,
            creationflags=flags,
        )
        try:
            wait_for(lambda: panel(port), process)
            print(f"panel after {time.monotonic() - began_s:.1f} s")
            print(f"frame of {len(first_frame(port))} bytes after {time.monotonic() - began_s:.1f} s")
            process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
            code = process.wait(PATIENCE_S)
        finally:
            process.kill()
    print(f"ended with {code}")
    return code


def wait_for(found: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until `found` is true."""
    ends_s = time.monotonic() + PATIENCE_S
    while not found():
        if process.poll() is not None or time.monotonic() > ends_s:
            raise SystemExit(f"the panel does not answer; the program's exit code is {process.poll()}")
        time.sleep(0.05)


def panel(port: int) -> bool:
    """Whether the page is served, with its script."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/panel.js", timeout=5) as answer:
            return b"Connection" in answer.read()
    except OSError:
        return False


def first_frame(port: int) -> bytes:
    """The payload of the first binary message of the panel's WebSocket. Source: RFC 6455, section 5.2."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as page,
        page.makefile("rb") as stream,
    ):
        key = base64.b64encode(os.urandom(16)).decode()
        page.sendall(
            f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while stream.readline().strip():
            pass  # the headers of the answer
        while True:
            kind, length = stream.read(2)
            if length in (126, 127):
                length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
            message = stream.read(length)
            if kind & 0x0F == 2:  # binary
                if not message.startswith(b"OMOT"):
                    raise SystemExit(f"the first frame begins with {message[:8]!r}")
                return message


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Start a packed program, wait for its panel and a frame, and stop it.",
        epilog="example: python installer/try_program.py dist/omote/omote --engine null",
    )
    parser.add_argument("program", type=Path, help="the packed program")
    given, rest = parser.parse_known_args()
    sys.exit(main(given.program, rest))
