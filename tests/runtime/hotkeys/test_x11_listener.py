"""Keys sent by XTEST from another process, while a window of a third process has the focus."""

from __future__ import annotations

import gc
import time
import warnings

import pytest

from runtime.errors import UnavailableError
from runtime.hotkeys.chord import Chord, parse_chord
from runtime.hotkeys.x11_listener import X11Listener
from tests.waiting import until
from tests.x_server import XServer

HAPPY, PAD, LOOK = (parse_chord(text) for text in ("ctrl+alt+1", "num7", "shift+win+page_up"))


def test_a_chord_is_heard_once_while_another_window_has_the_focus(screen: XServer) -> None:
    heard: list[Chord] = []
    listener = X11Listener([HAPPY, PAD, LOOK], heard.append, screen.display)
    screen.press("+Control_L +Alt_L +1 -1 -Alt_L -Control_L")
    until(lambda: heard == [HAPPY])
    screen.press("+Control_L +1 -1 -Control_L +1 -1")  # other chords are not ours
    screen.press("+KP_7 -KP_7")
    until(lambda: heard == [HAPPY, PAD])
    screen.press(
        "+Num_Lock -Num_Lock +Shift_L +Super_L +Page_Up -Page_Up -Super_L -Shift_L +Num_Lock -Num_Lock"
    )
    until(lambda: heard == [HAPPY, PAD, LOOK])  # also with number lock
    time.sleep(0.05)  # a key that is let go and pressed at the same moment repeats; a person needs longer
    screen.press("+Caps_Lock -Caps_Lock +KP_7 -KP_7 +Caps_Lock -Caps_Lock")
    until(lambda: heard == [HAPPY, PAD, LOOK, PAD])
    assert listener.notes() == []
    listener.close()
    listener.close()
    screen.press("+KP_7 -KP_7")
    assert heard == [HAPPY, PAD, LOOK, PAD]


def test_a_key_that_is_held_is_one_press(screen: XServer) -> None:
    """The server repeats a key that is held; an emotion would be switched on and off."""
    heard: list[Chord] = []
    listener = X11Listener([HAPPY, PAD], heard.append, screen.display)
    screen.press("+Control_L +Alt_L +1")
    until(lambda: heard == [HAPPY])
    repeats: list[tuple[int, int, int]] = []
    original = listener._take

    def take(event: object, down: dict[int, bool], released: dict[int, int]) -> None:
        repeats.append((event.type, event.detail, event.time))  # type: ignore[attr-defined]
        original(event, down, released)  # type: ignore[arg-type]

    listener._take = take  # type: ignore[method-assign]  # what the server sends is counted
    until(lambda: len(repeats) >= 6)
    screen.press("-1")
    assert heard == [HAPPY]
    time.sleep(0.05)  # a repeat is let go and pressed at the same moment; a person needs longer
    screen.press("+1 -1 -Alt_L -Control_L")
    until(lambda: heard == [HAPPY, HAPPY])
    listener.close()


def test_a_chord_of_another_program_is_said_and_the_others_work(screen: XServer) -> None:
    heard: list[str] = []
    first = X11Listener([HAPPY], lambda chord: heard.append("first"), screen.display)
    second = X11Listener([HAPPY, PAD], lambda chord: heard.append(f"second {chord}"), screen.display)
    assert second.notes() == [
        "the key ctrl+alt+1 belongs to another program; close that, or choose another key"
    ]
    screen.press("+Control_L +Alt_L +1 -1 -Alt_L -Control_L")
    until(lambda: heard == ["first"])
    screen.press("+KP_7 -KP_7")
    until(lambda: heard == ["first", "second num7"])
    first.close()
    third = X11Listener([HAPPY], lambda chord: heard.append("third"), screen.display)
    assert third.notes() == []  # given back
    second.close()
    third.close()


def test_the_window_gets_every_key_but_the_chords(screen: XServer) -> None:
    from Xlib import XK
    from Xlib.display import Display

    asked = Display(screen.display)
    codes = {name: asked.keysym_to_keycode(XK.string_to_keysym(name)) for name in ("KP_7", "x", "y")}
    asked.close()
    asked.display.socket.close()
    listener = X11Listener([PAD], lambda chord: None, screen.display)
    assert screen.keys is not None
    screen.press("+x -x +KP_7 -KP_7 +y -y")
    got: list[int] = []
    while codes["y"] not in got:
        got.append(int(screen.keys.readline()))
    assert codes["KP_7"] not in got[got.index(codes["x"]) :]
    listener.close()


def test_a_key_that_the_keyboard_lacks_is_said(screen: XServer) -> None:
    listener = X11Listener([parse_chord("f24"), PAD], print, screen.display)
    notes = listener.notes()
    listener.close()
    assert notes in ([], ["the key f24 is not on this keyboard"])  # as the keyboard is


def test_a_server_that_does_not_answer_is_an_error_in_words() -> None:
    pytest.importorskip("Xlib", reason="python-xlib is missing: pip install 'omote[hotkeys]'")
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # python-xlib leaves its socket to the garbage collector
        with pytest.raises(UnavailableError, match="the X server :4711 does not answer"):
            X11Listener([PAD], print, ":4711")
        gc.collect()
