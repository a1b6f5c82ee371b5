"""What is wrong with a message or table, in Omote's words instead of the decoder's.

explain(error)                     # "weight: got text, expected a number"

`msgspec` reports the place as a path (`$.values[...]`) and types by Python's names; senders in other languages know
neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

_NO_CHOICES: Final[Mapping[str, Sequence[str]]] = {}
_MOST_QUOTED: Final = 40
_TYPES: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a map of names and values",
    "array": "a list",
    "bytes": "binary data",
    "null": "nothing",
    "None": "nothing",
}
_PLACE: Final = re.compile(r" - at (`key` in )?`([^`]*)`$")
_WRONG_TYPE: Final = re.compile(r"Expected `([^`]*)`(?: of length ([\d <>=a-z]+))?, got `?(\w+)`?$")
_LIMIT: Final = re.compile(r"Expected `(\w+)` (.+)$")
_MISSING: Final = re.compile(r"Object missing required field `([^`]*)`$")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`$", re.DOTALL)
_INVALID: Final = re.compile(r"Invalid (?:enum )?value (.*)$", re.DOTALL)


def field_of(error: msgspec.ValidationError) -> str:
    """The name of the field at the top of the message in which the error lies; "" = the message itself."""
    place = _PLACE.search(str(error))
    return "" if place is None else re.split(r"[.\[]", place.group(2).removeprefix("$").lstrip("."))[0]


def explain(error: Exception, choices: Mapping[str, Sequence[str]] = _NO_CHOICES) -> str:
    """Say in one line which field is wrong, what was got and what was expected.

    Args:
        error: what `msgspec` raised: a DecodeError, a UnicodeDecodeError or a RecursionError.
        choices: field, such as "mode" or "zeromq.encoding" -> its allowed values, for fields with a fixed set of texts.
    """
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return _damage(error, text)
    place = _PLACE.search(text)
    where = "" if place is None else _place(place.group(2), is_key=place.group(1) is not None)
    path = "" if place is None else re.sub(r"\[[^\]]*\]", "", place.group(2)).removeprefix("$").lstrip(".")
    wrong = _wrong(text[: place.start()] if place else text, choices.get(path, ()))
    return f"{where}: {wrong}" if where else wrong


def _wrong(text: str, allowed: Sequence[str]) -> str:
    expected = f"one of {', '.join(allowed)}" if allowed else ""
    if found := _WRONG_TYPE.match(text):
        wanted, length, got = found.groups()
        if length:
            return f"got {got} entries, expected {length}"
        return f"got {_type(got)}, expected {expected or _type(wanted)}"
    if found := _MISSING.match(text):
        name = found.group(1)
        return f"got no field {name}, which is required"
    if found := _UNKNOWN.match(text):
        return f"got the field {found.group(1)[:_MOST_QUOTED]}, which is not known here"
    if found := _INVALID.match(text):
        got = found.group(1)
        got = got if len(got) <= _MOST_QUOTED else f"{got[:_MOST_QUOTED]}...'"
        return f"got {got}, expected {expected or 'another value'}"
    if found := _LIMIT.match(text):
        return f"got another value, expected {_type(found.group(1))} {found.group(2)}"
    return text


def _damage(error: Exception, text: str) -> str:
    """What is wrong with bytes that are not even the right format."""
    if isinstance(error, RecursionError):
        return "got maps or lists nested too deeply, expected at most a few levels"
    if isinstance(error, UnicodeError) or "UTF-8" in text:  # msgspec before 0.23, and from then on
        return "got text that is not valid UTF-8"
    if "truncated" in text:
        return "got data that ends too early, expected one whole message"
    if "trailing" in text:
        return "got more data after the end of the message, expected one message"
    place = re.search(r"\((?:byte|char) (\d+)\)", text)
    return f"got malformed data{f' at byte {place.group(1)}' if place else ''}"


def _place(path: str, *, is_key: bool) -> str:
    """`$.publish[1]` -> "publish, entry 2"; `$.values[...]` -> "a value in values"."""
    name = path.removeprefix("$").lstrip(".")
    if is_key:
        return f"a name in {name}" if name else "a name"
    name = re.sub(r"\[(\d+)\]", lambda found: f", entry {int(found.group(1)) + 1}", name)
    if name.endswith("[...]"):
        inside = name.removesuffix("[...]").replace("[...]", "")
        return f"a value in {inside}" if inside else "a value"
    return name.replace("[...]", ", an entry").lstrip(", ")


def _type(names: str) -> str:
    return " or ".join(_TYPES.get(name, name) for name in names.split(" | "))
