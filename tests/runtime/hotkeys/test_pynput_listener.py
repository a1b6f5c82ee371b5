"""pynput's listener under X11, where its keyboard has the same interface as on Windows and macOS."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.waiting import until
from tests.x_server import XServer

ROOT = Path(__file__).resolve().parents[3]
#: Says every chord that it hears, until its input ends.
PROGRAM = """
import sys
from runtime.hotkeys.chord import parse_chord
from runtime.hotkeys.pynput_listener import PynputListener
chords = [parse_chord(text) for text in ("ctrl+alt+1", "ctrl+1", "f9", "shift+win+page_up")]
listener = PynputListener(chords, lambda chord: print(chord, flush=True))
print(*listener.notes(), "ready", flush=True)
sys.stdin.read()
listener.close()
"""


def test_chords_are_heard_once_each(screen: XServer) -> None:
    pytest.importorskip("Xlib")
    environment = os.environ | {"DISPLAY": screen.display, "PYNPUT_BACKEND": "xorg"}
    tried = subprocess.run(
        [sys.executable, "-c", "import pynput.keyboard"], env=environment, capture_output=True
    )
    if tried.returncode != 0:
        pytest.skip("pynput is missing: on Linux it is for this test only")
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    heard: list[str] = []
    output = program.stdout
    reading = threading.Thread(target=lambda: heard.extend(line.strip() for line in output))
    reading.start()
    # under X11 pynput says that it listens a moment before it does
    until(lambda: screen.press("+F9 -F9") or heard)
    screen.press("+Control_L +Alt_L +1 -1 -Alt_L -Control_L +Control_R +1 -1 -Control_R")
    screen.press("+1 -1 +Shift_L +a -a -Shift_L +Shift_L +Super_L +Page_Up -Page_Up -Super_L -Shift_L")
    until(lambda: "shift+win+page_up" in heard)
    program.stdin.close()
    reading.join(60)
    assert program.wait(60) == 0
    program.stdout.close()
    assert [chord for chord in heard if chord != "f9"] == ["ctrl+alt+1", "ctrl+1", "shift+win+page_up"]
