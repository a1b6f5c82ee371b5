"""Numbers of text formats in which a decimal comma may stand for the point, as on phones of many languages.

    split_numbers("-2,5,20,25,-1,9", 3, has_point=False)     # ["-2.5", "20.25", "-1.9"]
    split_numbers("-2,5,20,25", 3, has_point=False)          # None: -2 5.20 25 and others are as good
    point_number("60,5")                                     # "60.5"

The comma also separates the numbers of a list, and whole numbers are written without a fraction. So a list is read
only where a single way of reading it gives as many numbers as the format has: a sign and a leading zero show where
a number or a fraction begins. A program writes all its numbers alike, so a text with a decimal point has no
decimal commas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: A whole number; "002" is none, and can only be a fraction.
_WHOLE: Final = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:[eE][+-]?\d+)?", re.ASCII)
_DIGITS: Final = re.compile(r"[+-]?(?:0|[1-9]\d*)", re.ASCII)
_FRACTION: Final = re.compile(r"\d+(?:[eE][+-]?\d+)?", re.ASCII)
#: The minus sign that Nordic languages write, and the decimal point of Arabic and Persian: each means one thing only.
_SIGNS: Final = str.maketrans({"\N{MINUS SIGN}": "-", "\N{ARABIC DECIMAL SEPARATOR}": "."})
_COMMA_NUMBER: Final = re.compile(r"([+-]?\d+),(\d+(?:[eE][+-]?\d+)?)", re.ASCII)


def with_ascii_signs(text: str) -> str:
    """The text with its languages' minus signs and decimal points as ASCII has them."""
    return text if text.isascii() else text.translate(_SIGNS)


def point_number(text: str) -> str:
    """The text of one number with its decimal comma as a point; other texts as they are."""
    found = _COMMA_NUMBER.fullmatch(text)
    return text if found is None else f"{found[1]}.{found[2]}"


def split_numbers(text: str, count: int, *, has_point: bool) -> list[str] | None:
    """The numbers of a list, with decimal points; None where it cannot be said for certain which they are.

    Args:
        text: numbers with commas between them.
        count: how many the format has. A shorter list is returned as it is, for the caller to judge.
        has_point: whether the text that the list is part of has decimal points.
    """
    parts = text.split(",", 2 * count)
    if has_point:
        return parts if len(parts) <= count else None
    if len(parts) <= count:
        return parts
    readings = _readings(parts, count)
    return readings[0] if len(readings) == 1 else None


def has_other_reading(parts: Sequence[str], count: int) -> bool:
    """Whether a list without decimal points can also be `count` numbers with decimal commas."""
    return bool(_readings(parts, count))


def _readings(parts: Sequence[str], count: int) -> list[list[str]]:
    """The ways, at most two, in which the parts are `count` numbers of one or two parts each."""
    if not count <= len(parts) <= 2 * count:
        return []
    if count == 0:
        return [[]]
    found: list[list[str]] = []
    if _WHOLE.fullmatch(parts[0]):
        found += [[parts[0], *rest] for rest in _readings(parts[1:], count - 1)]
    if len(parts) > 1 and _DIGITS.fullmatch(parts[0]) and _FRACTION.fullmatch(parts[1]):
        found += [[f"{parts[0]}.{parts[1]}", *rest] for rest in _readings(parts[2:], count - 1)]
    return found[:2]
