from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from protocol.errors import CodecError
from protocol.messages import Command
from protocol.trigger import NAMED, TRIGGERS, trigger


def test_a_name_and_a_word_are_a_command() -> None:
    assert trigger("emotion", "happy") == Command(name="emotion", argument="happy")
    assert trigger("recenter") == Command(name="recenter")


def test_all_are_commands_and_stop_is_not_among_them() -> None:
    names = set(get_args(get_type_hints(Command)["name"]))
    assert set(TRIGGERS) < names
    assert not {"stop", "status", "list_takes"} & set(TRIGGERS)
    assert set(TRIGGERS) > NAMED


@pytest.mark.parametrize(
    ("name", "argument", "words"),
    [
        ("stop", "", "expected one of emotion, look, "),
        ("", "", "there is no ''"),
        ("load_avatar", "../me", "no path"),
        ("load_avatar", "C:\\me", "no path"),
        ("replay", "x" * 1025, "expects one name"),
    ],
)
def test_others_and_paths_are_refused_in_words(name: str, argument: str, words: str) -> None:
    with pytest.raises(CodecError, match=words):
        trigger(name, argument)
