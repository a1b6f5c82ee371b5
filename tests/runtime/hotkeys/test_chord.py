from __future__ import annotations

import pytest

from runtime.errors import ConfigError
from runtime.hotkeys.chord import KEYS, Chord, parse_chord


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ctrl+alt+1", "ctrl+alt+1"),
        (" Alt + CONTROL + 1 ", "ctrl+alt+1"),
        ("cmd+shift+PgUp", "shift+win+page_up"),
        ("F13", "f13"),
        ("num7", "num7"),
        ("shift+pause", "shift+pause"),
    ],
)
def test_a_chord_is_read_in_any_order(text: str, shown: str) -> None:
    assert str(parse_chord(text)) == shown
    assert parse_chord(shown) == parse_chord(text)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_a_chord_with_modifiers(key: str) -> None:
    assert parse_chord(f"ctrl+alt+{key}") == Chord(key, frozenset({"ctrl", "alt"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no key ''; expected a letter, a digit, f1 to f24"),
        ("ctrl+", "there is no key ''"),
        ("crtl+1", "there is no key 'crtl'; did you mean ctrl?"),
        ("ctrl+f25", "there is no key 'f25'; did you mean "),
        ("ctrl+alt", "no key besides modifiers; expected one, such as ctrl+alt+1"),
        ("ctrl+a+b", "has 2 keys"),
        ("ctrl+control+a", "names a modifier twice"),
        ("a", "a is a key that people type with; add ctrl, alt or win, or use F13"),
        ("shift+space", "shift+space is a key that people type with"),
        ("x" * 1000, "there is no key 'xxxxxxxxxxxxxxxxxxxx'"),
    ],
)
def test_what_is_no_chord_is_said_in_words(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_chord(text)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 400
