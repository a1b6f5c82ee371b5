from __future__ import annotations

import pytest

from terminal.printable import printable, printable_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna", "Anna"),
        ("アンナ 😀 नमस्ते", "アンナ 😀 नमस्ते"),
        ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
        ("\x1b]0;title\x07Anna", "Anna"),  # the window's title
        ("\x1b]0;title\x1b\\Anna", "Anna"),
        ("\x1b]52;c;cm0gLXJm\x07Anna", "Anna"),  # the clipboard
        ("\x1b]8;;http://evil/\x07Anna\x1b]8;;\x07", "Anna"),  # a link
        ("\x1b[2J\x1b[1;31mAnna\x1b[0m", "Anna"),
        ("\x1bP1$r0m\x1b\\Anna", "Anna"),
        ("\x9b31mAnna\x9d0;title\x9c", "Anna"),  # the 8-bit forms
        ("\x1bcAnna", "Anna"),  # a reset
        ("Anna\x1b", "Anna"),
        ("Anna\x1b]0;never closed", "Anna"),
        ("An\x08\x08\x08na\x00\x7f", "Anna"),
        ("good\r\nbad", "good bad"),
        ("good\u2028bad", "good bad"),
        ("\u202egnp.exe", "gnp.exe"),  # shown from right to left
        ("\x1b\x1b[31m[31mAnna", "[31mAnna"),
    ],
)
def test_a_name_is_one_line_without_orders_to_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_no_character_makes_it_through_that_a_terminal_obeys() -> None:
    for code in [*range(0x20), *range(0x7F, 0xA0)]:
        shown = printable(f"a{chr(code)}b{chr(code)}c")
        assert all(ord(letter) >= 0x20 and not 0x7F <= ord(letter) < 0xA0 for letter in shown)


def test_cleaning_twice_changes_nothing_more() -> None:
    for text in ("\x1b\x1b]0;a\x07b", "\x1b[\x1b[31m", "\x9b\x9b1m", "\x1b]\x1b]0;x\x07\x07"):
        assert printable(printable(text)) == printable(text)


def test_our_own_lines_and_columns_are_kept() -> None:
    assert printable_lines("a\tb\n\x1b[31mc\n") == "a\tb\nc\n"


def test_a_text_that_never_ends_its_escape_loses_no_later_line() -> None:
    assert printable_lines("\x1b]0;evil\nsecond line") == "\nsecond line"
