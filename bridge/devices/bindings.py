"""Bindings: which control of a MIDI or game controller moves which channel, as a TOML file.

bindings = load_bindings(None, "midi")                    # the shipped maps/midi.toml
bindings = load_bindings(Path("mine.toml"), "midi")       # its tables replace the shipped ones
target = bindings["note"]["36"]
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from bridge.devices.held_channels import Target, read_target
from bridge.errors import CalibrationError
from protocol.errors import FileError
from protocol.toml_file import parse_toml, read_toml

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
    own = f"{kind}.toml"
    tables = _bindings_in(parse_toml((files("bridge") / "maps" / own).read_bytes(), own), own)
    if path is None:
        return tables
    try:
        named = _bindings_in(read_toml(path), str(path))
    except FileError as error:
        raise CalibrationError(f"the bindings cannot be read: {error}; write them as TOML") from error
    unknown = named.keys() - tables.keys()
    if unknown:
        raise CalibrationError(
            f"{path}: unknown table [{sorted(unknown)[0]}]; expected [{'], ['.join(tables)}]"
        )
    return tables | named


def _bindings_in(content: dict[str, Any], origin: str) -> Bindings:
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
