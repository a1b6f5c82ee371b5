"""Shelf: the one place that knows which avatars there are and which folder a name means.

shelf = Shelf()                # ./avatars, this user's own avatars, and those that come with Omote
shelf.resolve("me")            # the folder of the avatar "me", from any working directory

Every command, the panel and "load_avatar" look a name up here.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from face.avatar import MANIFEST
from face.errors import AvatarError
from protocol.file_names import text_of_name
from protocol.regular_file import is_file
from runtime.avatars.builtin import BUILTIN, builtin_avatars, find_builtin

#: The project's folder of avatars, in the working directory.
LOCAL: Final = Path("avatars")
#: The environment variable that names this user's folder of avatars instead of the platform's.
VARIABLE: Final = "OMOTE_AVATARS"
#: Most avatars that are listed of one folder.
MAX_AVATARS: Final = 100


def user_avatars() -> Path:
    """This user's folder of avatars, by the platform's convention; it need not exist.

    Source: XDG Base Directory Specification 0.8 (a relative XDG_DATA_HOME is ignored).
    """
    if named := os.environ.get(VARIABLE):
        return Path(os.path.expanduser(named))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Omote" / "avatars"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Omote/avatars"
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local/share") / "omote" / "avatars"


def shelf_name(text: str) -> str:
    """A file's stem as the name of an avatar: without spaces and characters that a command line would need quoted.

    Raises:
        AvatarError: nothing is left, or the name is reserved.
    """
    name = re.sub(r"[^\w.-]+", "-", text).strip("-.")[:64]
    if not name or name == BUILTIN:
        raise AvatarError(
            f"{text!r} cannot be an avatar's name; give a folder with -o, such as -o avatars/me"
        )
    return name


@dataclass(frozen=True, slots=True)
class Shelf:
    """Reads the folders at every call. Any thread.

    Attributes:
        local: the project's folder of avatars; it need not exist.
        user: this user's folder of avatars; it need not exist.
        named: the folder of one more avatar, from elsewhere; it comes first.
    """

    local: Path = LOCAL
    user: Path = field(default_factory=user_avatars)
    named: Path | None = None

    def own(self) -> dict[str, Path]:
        """Name -> folder of all avatars that do not come with Omote; the first folder with a name has it."""
        return {name: paths[0] for name, paths in self._own_paths().items()}

    def avatars(self) -> dict[str, Path]:
        """Name -> folder of all avatars: built-in ones first. An own avatar replaces a built-in one of its name."""
        return builtin_avatars() | self.own()

    def resolve(self, text: str) -> Path | None:
        """The folder that a user means by `text`: a folder, or an avatar's name; "" = the default avatar.

        Returns:
            None if `text` is "" and no built-in avatar is installed.

        Raises:
            AvatarError: `text` is neither.
        """
        if text in ("", BUILTIN):
            return find_builtin(text)
        path = Path(os.path.expanduser(text))
        if _is_avatar(path):
            return path
        avatars = self.avatars()
        if text in avatars:
            return avatars[text]
        if os.path.isdir(path):  # False for what is no path, such as a text with a null character
            return path  # loading it reports what is missing
        close = get_close_matches(text, avatars, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise AvatarError(
            f"{text[:200]!r} is not an avatar{hint or ': expected a folder made by omote avatar make, or one of'} "
            f"{'(there are ' if hint else ''}{', '.join(avatars) or 'none is installed'}{')' if hint else ''}"
        )

    def name_of(self, path: Path) -> str:
        """What to give to `--avatar` for a folder: its name if that means this folder, else its path."""
        found = self.avatars().get(text_of_name(path.name))
        return text_of_name(path.name) if found is not None and _is_same(found, path) else str(path)

    def clashes(self, only: str = "") -> list[str]:
        """A line per name that several avatars have: which one it means, and where the others are.

        Args:
            only: the one name to look at; "" = all.
        """
        built_in = builtin_avatars()
        lines = []
        for name, (used, *others) in self._own_paths().items():
            if only not in ("", name):
                continue
            hidden = [str(path) for path in others]
            if name in built_in:
                hidden.append("the one that comes with Omote")
            if hidden:
                lines.append(f"{name} means {used}, not {' or '.join(hidden)}; rename a folder to use both")
        return lines

    def _own_paths(self) -> dict[str, list[Path]]:
        """Name -> every folder that has it, in the order in which they are looked up."""
        found = [self.named.resolve()] if self.named is not None and _is_avatar(self.named) else []
        for folder in (self.local, self.user):
            try:
                found += sorted(path for path in folder.iterdir() if _is_avatar(path))[:MAX_AVATARS]
            except OSError:
                continue  # not there, or not ours to read
        own: dict[str, list[Path]] = {}
        for path in found:
            others = own.setdefault(text_of_name(path.name), [])
            if not any(_is_same(path, other) for other in others):
                others.append(path)
        own.pop(BUILTIN, None)
        return own


def _is_avatar(path: Path) -> bool:
    return is_file(path / MANIFEST)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other
