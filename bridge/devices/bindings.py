"""Bindings: which control of a MIDI or game controller moves which channel, as a TOML file.

bindings = load_bindings(None, "midi")                    # the shipped maps/midi.toml
bindings = load_bindings(Path("mine.toml"), "midi")       # its tables replace the shipped ones
target = bindings["note"]["36"]
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from bridge.devices.held_channels import Target, read_target
from bridge.errors import CalibrationError

Bindings = dict[str, dict[str, Target]]


def load_bindings(path: Path | None, kind: str) -> Bindings:
    """The shipped bindings of a kind of controller; each table of the user's file replaces the shipped one.

    Args:
        path: the user's file; None = shipped bindings only.
        kind: "midi" or "gamepad".

    Returns:
        table -> control -> target.

    Raises:
        CalibrationError: the file is missing, is not TOML, or names an unknown table or channel.
    """
    own = (files("bridge") / "maps" / f"{kind}.toml").read_text(encoding="utf-8")
    tables = _read(own, f"{kind}.toml")
    if path is None:
        return tables
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(f"the bindings {path} cannot be read: {error}; write them as TOML") from error
    named = _read(text, str(path))
    unknown = named.keys() - tables.keys()
    if unknown:
        raise CalibrationError(
            f"{path}: unknown table [{sorted(unknown)[0]}]; expected [{'], ['.join(tables)}]"
        )
    return tables | named


def _read(text: str, origin: str) -> Bindings:
    try:
        content: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalibrationError(f"{origin} is not TOML: {error}") from error
    bindings: Bindings = {}
    for table, entries in content.items():
        if not isinstance(entries, dict):
            raise CalibrationError(f"{origin}: {table} must be a table, [{table}]")
        bindings[table] = {}
        for control, channel in entries.items():
            target = read_target(channel) if isinstance(channel, str) else f"{channel!r} is not a name"
            if isinstance(target, str):
                raise CalibrationError(f"{origin}: [{table}] {control}: {target}")
            bindings[table][control] = target
    return bindings
