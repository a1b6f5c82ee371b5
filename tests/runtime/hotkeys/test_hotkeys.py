"""From the settings to the face: a key, pressed in another program, in a whole runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from protocol.messages import Command, Reply
from runtime.errors import UnavailableError
from runtime.hotkeys.chord import Chord, parse_chord
from runtime.hotkeys.hotkeys import Hotkey, Hotkeys
from runtime.hotkeys.key_listener import KeyListener
from runtime.intake.inbox import Inbox
from tests.live_runtime import live_runtime
from tests.waiting import until
from tests.x_server import XServer

F13 = parse_chord("f13")


class Listener:
    """A keyboard that the test presses."""

    def __init__(self, press: Callable[[Chord], None]) -> None:
        self.press = press
        self.is_closed = False

    def notes(self) -> list[str]:
        return ["the key x belongs to another program"]

    def close(self) -> None:
        self.is_closed = True


def test_a_press_is_a_command_and_a_refusal_stands_in_the_status() -> None:
    inbox, opened = Inbox(), list[Listener]()

    def listen(chords: Iterable[Chord], press: Callable[[Chord], None]) -> KeyListener:
        assert list(chords) == [F13]
        opened.append(Listener(press))
        return opened[0]

    hotkeys = Hotkeys({F13: Command(name="look", argument="Grim")}, inbox, listen)
    assert hotkeys.summary() == ["f13 look Grim"]
    assert hotkeys.notes() == ["hotkeys: the key x belongs to another program"]
    assert hotkeys.listed() == [Hotkey(chord="f13", name="look", argument="Grim")]
    opened[0].press(F13)
    [pending] = inbox.take_commands()
    assert pending.command == Command(name="look", argument="Grim")
    pending.answer(Reply(ok=True, message="Grim is on"))
    assert inbox.dropped() == {}
    pending.answer(Reply(ok=False, message="there is no look 'Grim'"))
    assert inbox.drop_notes() == ["last hotkey refused: f13: there is no look 'Grim'"]
    hotkeys.close()
    assert opened[0].is_closed


def test_keys_that_cannot_be_heard_are_a_note_and_no_error() -> None:
    def listen(chords: Iterable[Chord], press: Callable[[Chord], None]) -> KeyListener:
        raise UnavailableError("there is no keyboard")

    hotkeys = Hotkeys({F13: Command(name="recenter")}, Inbox(), listen)
    assert hotkeys.notes() == ["hotkeys: there is no keyboard"]
    assert [key.problem for key in hotkeys.listed()] == ["there is no keyboard"]
    hotkeys.close()
    silent = Hotkeys({}, Inbox(), listen)  # without a table nothing is opened
    assert (silent.notes(), silent.summary()) == ([], [])


def test_a_key_in_another_program_makes_the_face_happy(
    screen: XServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", screen.display)
    for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    table = {"ctrl+alt+h": "emotion happy", "f9": "load_avatar nobody"}
    with live_runtime(tmp_path, hotkeys=table) as live:
        assert "keys     ctrl+alt+h emotion happy" in live.runtime.summary()

        def drivers() -> list[str]:
            return [driver.source for driver in live.status().drivers]

        screen.press("+Control_L +Alt_L +h -h -Alt_L -Control_L")
        until(lambda: drivers() == ["trigger:emotion"])
        screen.press("+Control_L +Alt_L +h -h -Alt_L -Control_L")
        until(lambda: drivers() == [])
        screen.press("+F9 -F9")
        until(lambda: any("f9: 'nobody' is not an avatar" in note for note in live.status().notes))
