"""Every setting as text: the commented TOML of `omote config`, and the tables of docs/config.md.

print(config_toml(load_config(path)))      # loads back to the same RunConfig
for setting in settings(): ...

Names, defaults and meanings come from the dataclasses of `runtime.config` and are written nowhere else.
"""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Final, get_origin, get_type_hints

from runtime.backgrounds.background import HELP
from runtime.config import CHOICES, MAX_PORT, RANGES, RunConfig, value_of

_WIDTH: Final = 100
_KINDS: Final = {str: "text", int: "whole number", float: "number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        key: its name, such as "fps" or "ports.osc".
        kind: what it holds, for people.
        default: as it is written in TOML.
        allowed: its range or its values; "" = anything of its kind.
        meaning: a phrase, such as "side of the square frames in pixels".
    """

    key: str
    kind: str
    default: str
    allowed: str
    meaning: str


def settings(kind: type = RunConfig, prefix: str = "") -> list[Setting]:
    """All settings, those of tables last and in the order of the file."""
    hints, meanings, defaults = get_type_hints(kind), _meanings(kind), RunConfig()
    found: list[Setting] = []
    for one in sorted(fields(kind), key=lambda one: is_dataclass(hints[one.name])):
        hint, key = hints[one.name], prefix + one.name
        if isinstance(hint, type) and is_dataclass(hint):
            found += settings(hint, f"{key}.")
            continue
        found.append(
            Setting(key, _kind(hint), toml_value(value_of(defaults, key)), _allowed(key), meanings[one.name])
        )
    return found


def config_toml(config: RunConfig) -> str:
    """A TOML file with every setting, its meaning and its default in comments."""
    lines = ["# Settings of `omote run --config FILE`. Options on the command line win over this file."]
    table = ""
    for setting in settings():
        head, _, name = setting.key.rpartition(".")
        if head != table:
            table = head
            lines += ["", f"[{table}]"]
        value = toml_value(value_of(config, setting.key))
        allowed = f" Allowed: {setting.allowed}." if setting.allowed else ""
        default = "" if value == setting.default else f" Default: {setting.default}."
        says = f"{setting.meaning[0].upper()}{setting.meaning[1:].rstrip('.')}.{allowed}{default}"
        lines += ["", *textwrap.wrap(says, _WIDTH, initial_indent="# ", subsequent_indent="# ")]
        lines.append(f"{name} = {value}")
    return "\n".join(lines) + "\n"


def toml_value(value: Any) -> str:
    """A setting's value as TOML. Source: TOML 1.0.0, string, float, boolean, array and inline table."""
    if value is None:
        return '"none"'  # TOML has no null; `load_config` reads "none" of a port as None
    if isinstance(value, dict):
        pairs = ", ".join(f"{toml_value(key)} = {toml_value(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _meanings(kind: type) -> dict[str, str]:
    """Attribute -> its description in a dataclass's docstring."""
    section = (kind.__doc__ or "").partition("Attributes:\n")[2]
    entries = re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", section, re.MULTILINE)
    found = {name: " ".join(text.split()) for name, text in entries}
    return {one.name: found.get(one.name, one.name) for one in fields(kind)}


def _kind(hint: Any) -> str:
    if isinstance(hint, UnionType):
        return 'port or "none"'
    if get_origin(hint) is tuple:
        return "list of texts"
    if get_origin(hint) is dict:
        return "table of texts"
    return _KINDS.get(hint, "text")


def _allowed(key: str) -> str:
    if key in RANGES:
        low, high = RANGES[key]
        return f"{low:g} to {high:g}"
    if key.startswith("ports."):
        return f'0 (any free port) to {MAX_PORT}, or "none"'
    if key == "background":
        return HELP
    return ", ".join(CHOICES.get(key, ()))
