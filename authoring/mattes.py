"""MATTES: how a person may be cut out of a portrait; for options of commands, so it imports nothing heavy."""

from __future__ import annotations

from typing import Final

#: "auto" uses the parsing network where there is one, "parsing" insists on it, "colours" goes without.
MATTES: Final = ("auto", "parsing", "colours")
