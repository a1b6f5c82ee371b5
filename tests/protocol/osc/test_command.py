from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from protocol.messages import Command
from protocol.osc.command import MAX_COMMANDS, PREFIX, read_osc_commands
from protocol.trigger import TRIGGERS


def test_an_address_and_a_text_are_a_command() -> None:
    found = read_osc_commands([(PREFIX + "background", ("blur",)), (PREFIX + "recenter", ())])
    assert found.commands == [Command(name="background", argument="blur"), Command(name="recenter")]
    assert found.refusals == []


def test_all_of_them_are_commands_and_stop_is_not_among_them() -> None:
    assert set(TRIGGERS) < set(get_args(get_type_hints(Command)["name"]))
    for name in ("stop", "status", "nonsense", "", "background/x"):
        found = read_osc_commands([(PREFIX + name, ("x",))])
        assert found.commands == []
        assert [refusal.reason for refusal in found.refusals] == ["unknown OSC address"]


@pytest.mark.parametrize("text", ["/etc/x.png", "..\\x", "a/b", "x" * 2000])
def test_paths_and_long_texts_are_refused(text: str) -> None:
    found = read_osc_commands([(PREFIX + "background", (text,))])
    assert found.commands == []
    assert [refusal.reason for refusal in found.refusals] == ["wrong OSC arguments"]


@pytest.mark.parametrize(("argument", "count"), [(1, 1), (1.0, 1), (True, 1), (0, 0), (0.0, 0), (False, 0)])
def test_a_button_does_it_when_it_is_pressed_and_not_when_it_is_let_go(argument: float, count: int) -> None:
    found = read_osc_commands([(PREFIX + "record_start", (argument,))])
    assert found.commands == [Command(name="record_start")] * count
    assert found.refusals == []


@pytest.mark.parametrize(("argument", "count"), [(1, 1), (0, 0), (False, 0)])
def test_a_button_with_a_name_toggles_once_a_press(argument: float, count: int) -> None:
    found = read_osc_commands([(PREFIX + "emotion", ("happy", argument))])
    assert found.commands == [Command(name="emotion", argument="happy")] * count
    assert found.refusals == []


def test_a_datagram_holds_few_commands() -> None:
    found = read_osc_commands([(PREFIX + "recenter", ())] * (MAX_COMMANDS + 3))
    assert len(found.commands) == MAX_COMMANDS
    assert sum(refusal.times for refusal in found.refusals) == 3
