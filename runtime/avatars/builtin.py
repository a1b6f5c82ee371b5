"""The built-in avatars, by name.

find_builtin("kofi")       # its folder
find_builtin("")           # the folder of the default avatar
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from face.avatar import MANIFEST
from protocol.regular_file import is_file

FOLDER: Final = Path(__file__).parents[1] / "builtin"
#: The avatar that is loaded when none is named.
DEFAULT: Final = "omote"
#: Another name of the default avatar.
BUILTIN: Final = "builtin"


def builtin_avatars() -> dict[str, Path]:
    """Name -> folder, the default avatar first; empty in an installation without built-in avatars."""
    try:
        found = sorted(path for path in FOLDER.iterdir() if is_file(path / MANIFEST))
    except OSError:
        return {}
    return {path.name: path for path in sorted(found, key=lambda path: path.name != DEFAULT)}


def find_builtin(name: str) -> Path | None:
    """The folder of a built-in avatar; None if no built-in avatar has this name."""
    return builtin_avatars().get(DEFAULT if name in ("", BUILTIN) else name)


def is_builtin(path: Path) -> bool:
    """Whether a folder is that of a built-in avatar."""
    return path.parent == FOLDER
