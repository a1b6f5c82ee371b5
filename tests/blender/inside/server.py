"""Runs inside Blender: calls functions of `steps` as the test asks, one JSON line a call.

blender --background --factory-startup --python server.py -- PORT      # the test listens on PORT
"""

import contextlib
import json
import os
import socket
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import steps


def answer(line: str) -> dict:
    """Call a step; what it returned, or its traceback."""
    name, arguments = json.loads(line)
    try:
        return {"result": getattr(steps, name)(**arguments)}
    except BaseException:
        return {"error": traceback.format_exc()}


def main() -> None:
    """Serve until the test closes the connection."""
    port = int(sys.argv[sys.argv.index("--") + 1])
    with contextlib.closing(socket.create_connection(("127.0.0.1", port))) as opened:
        lines = opened.makefile("r", encoding="utf-8")
        for line in lines:
            opened.sendall((json.dumps(answer(line)) + "\n").encode())


main()
