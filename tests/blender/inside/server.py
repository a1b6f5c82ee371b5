"""Runs inside Blender: calls functions of `steps` as the test asks, one JSON line a call.

blender --background --factory-startup --python server.py -- PORT      # the test listens on PORT

With a window, calls are answered by a timer, so that Blender's own timers, windows and operators go on between them.
"""

import contextlib
import json
import os
import socket
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import steps

#: Between two looks for a call, with a window.
POLL_S = 0.02


def answer(line: str) -> dict:
    """Call a step; what it returned, or its traceback."""
    name, arguments = json.loads(line)
    try:
        return {"result": getattr(steps, name)(**arguments)}
    except BaseException:
        return {"error": traceback.format_exc()}


def serve(opened: socket.socket) -> None:
    """Answer until the test closes the connection."""
    with opened.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            opened.sendall((json.dumps(answer(line)) + "\n").encode())


def serve_by_timer(opened: socket.socket) -> None:
    """The same, one call at most each time that Blender calls."""
    opened.setblocking(False)
    got = bytearray()

    def look() -> float:
        try:
            data = opened.recv(1 << 16)
        except BlockingIOError:
            return POLL_S
        if not data:
            os._exit(0)  # the test is over; Blender would ask whether to save
        got.extend(data)
        while b"\n" in got:
            line, _, rest = bytes(got).partition(b"\n")
            got[:] = rest
            reply = (json.dumps(answer(line.decode())) + "\n").encode()
            opened.setblocking(True)
            opened.sendall(reply)
            opened.setblocking(False)
        return POLL_S

    steps.bpy.app.timers.register(look, persistent=True)


def main() -> None:
    """Connect to the test."""
    port = int(sys.argv[sys.argv.index("--") + 1])
    opened = socket.create_connection(("127.0.0.1", port))
    if steps.bpy.app.background:
        with contextlib.closing(opened):
            serve(opened)
    else:
        steps.bpy.context.preferences.view.show_splash = False
        serve_by_timer(opened)


main()
