"""Writes a fitted profile as TOML, as one section of a user's file.

path.write_text(profile_text(fitted.tables, section="livelink", comment="..."))
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from protocol.toml_text import toml_string


def profile_text(tables: Mapping[str, Any], *, section: str, comment: str = "") -> str:
    """Return TOML that `bridge.calibration.profile` reads back as the same tables.

    Args:
        tables: mirror, pose, gaze, lids and expression, as of `bridge.calibration.fit`.
        section: the tracker or the source it applies to; several sections may share one file.
        comment: may have several lines.
    """
    head = f"source.{_key(section)}"
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [*([""] if lines else []), f"[{head}]"]
    lines += [f"{key} = {_value(value)}" for key, value in tables.items() if not isinstance(value, Mapping)]
    for table in ("pose", "gaze", "lids"):
        if tables.get(table):
            lines += ["", f"[{head}.{table}]"]
            lines += [f"{key} = {_value(value)}" for key, value in tables[table].items()]
    if tables.get("expression"):
        lines += ["", f"[{head}.expression]"]
        lines += [f"{name} = {_value(settings)}" for name, settings in tables["expression"].items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return toml_string(value)
    return json.dumps(value)
