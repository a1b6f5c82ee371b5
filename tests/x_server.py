"""A virtual X server, a window on it that has the focus, and a hand on its keyboard: each a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

#: Maps a window, takes the focus, says "focus", and then the keycode of every key that it gets.
WINDOW = """
import sys
from Xlib import X, display
screen = display.Display(sys.argv[1])
window = screen.screen().root.create_window(0, 0, 64, 64, 0, X.CopyFromParent, event_mask=X.KeyPressMask | X.ExposureMask)
window.map()
while True:
    event = screen.next_event()
    if event.type == X.Expose:
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        screen.sync()
        print("focus", flush=True)
    elif event.type == X.KeyPress:
        print(event.detail, flush=True)
"""
#: Presses and lets go of keys by the extension XTEST: each line of standard input is "+KEYSYM" and "-KEYSYM" words.
HAND = """
import sys
from Xlib import XK, X, display
from Xlib.ext import xtest
screen = display.Display(sys.argv[1])
for line in sys.stdin:
    for word in line.split():
        code = screen.keysym_to_keycode(XK.string_to_keysym(word[1:]))
        assert code, word
        xtest.fake_input(screen, X.KeyPress if word[0] == "+" else X.KeyRelease, code)
    screen.sync()
    print("done", flush=True)
"""


class XServer:
    """One X server.

    Attributes:
        display: its name, such as ":1".
        keys: what the window with the focus says: "focus", then the keycodes that it gets.
    """

    def __init__(self, display: str) -> None:
        self.display = display
        self._window = _python(WINDOW, display)
        self.keys = self._window.stdout
        assert self.keys is not None
        assert self.keys.readline() == "focus\n"
        self._hand = _python(HAND, display)

    def press(self, words: str) -> None:
        """Press keys ("+Control_L +Alt_L +1") and let go of them ("-1"), as a person does, from another process."""
        assert self._hand.stdin is not None
        assert self._hand.stdout is not None
        self._hand.stdin.write(words + "\n")
        self._hand.stdin.flush()
        assert self._hand.stdout.readline() == "done\n"

    def close(self) -> None:
        for process in (self._window, self._hand):
            process.kill()
            process.communicate()


@contextmanager
def virtual_screen(width: int, height: int) -> Iterator[str]:
    """The name of the display of an X server without a monitor."""
    read, write = os.pipe()
    screen = ["-screen", "0", f"{width}x{height}x24"]
    # without -noreset, a screenshot that is the only client would end everything when it leaves
    command = ["Xvfb", "-displayfd", str(write), *screen, "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(
        command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def x_server() -> Iterator[XServer]:
    """An X server with a window; skips the test where there is none."""
    pytest.importorskip("Xlib", reason="python-xlib is missing: pip install 'omote[hotkeys]'")
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is missing: apt-get install -y xvfb")
    with virtual_screen(1280, 900) as display, closing(XServer(display)) as opened:
        yield opened


def _python(code: str, display: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, display], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
