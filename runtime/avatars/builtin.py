"""The avatars that come with Omote, by their names.

find_builtin("kofi")      # their folder
resolve_avatar("")         # the default one's
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from face.avatar import MANIFEST
from face.errors import AvatarError

FOLDER: Final = Path(__file__).parents[1] / "builtin"
#: Who is worn when nobody is asked for.
DEFAULT: Final = "ines"
#: The default one answers to this too, whoever it is.
BUILTIN: Final = "builtin"


def builtin_avatars() -> dict[str, Path]:
    """Name -> folder, the default one first; empty in an installation without them."""
    try:
        found = sorted(path for path in FOLDER.iterdir() if (path / MANIFEST).is_file())
    except OSError:
        return {}
    return {path.name: path for path in sorted(found, key=lambda path: path.name != DEFAULT)}


def find_builtin(name: str) -> Path | None:
    """A built-in avatar's folder by its name; None if there is none of that name."""
    return builtin_avatars().get(DEFAULT if name in ("", BUILTIN) else name)


def resolve_avatar(text: str) -> Path | None:
    """What people mean by an avatar: a folder, or a built-in one's name; "" is the default one.

    None: nothing was asked for, and there is no built-in one.

    Raises:
        AvatarError: it is neither.
    """
    if not text:
        return find_builtin(text)
    path = Path(text)
    if (path / MANIFEST).is_file():
        return path
    builtin = find_builtin(text)
    if builtin is not None:
        return builtin
    if path.is_dir():
        return path  # whoever loads it says what is missing in it
    raise AvatarError(
        f"{text!r} is not an avatar: expected a folder made by omote avatar make, or the name of one that comes "
        f"with Omote: {', '.join(builtin_avatars()) or 'none is there'}"
    )


def is_builtin(path: Path) -> bool:
    """Whether an avatar's folder is one of those that come with Omote."""
    return path.parent == FOLDER
