"""Runs inside Blender: calls functions of the modules beside it as the test asks, one JSON line a call.

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

import bpy  # isort: skip

import addon
import live
import look
import scene
import window

#: What a test may call: functions whose arguments and answers JSON can hold.
STEPS = {
    name: step
    for module in (addon, scene, look, live, window)
    for name, step in vars(module).items()
    if getattr(step, "__module__", "") == module.__name__
}
#: Between two looks for a call, with a window.
POLL_S = 0.02


def answer(line: str) -> dict:
    """Call a step; what it returned, or its traceback."""
    name, arguments = json.loads(line)
    try:
        return {"result": STEPS[name](**arguments)}
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

    bpy.app.timers.register(look, persistent=True)


def main() -> None:
    """Connect to the test."""
    port = int(sys.argv[sys.argv.index("--") + 1])
    opened = socket.create_connection(("127.0.0.1", port))
    if bpy.app.background:
        with contextlib.closing(opened):
            serve(opened)
    else:
        bpy.context.preferences.view.show_splash = False
        serve_by_timer(opened)


main()
