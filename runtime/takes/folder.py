"""TakeFolder: the takes there are, by name; a name can never lead out of the folder.

takes = TakeFolder(Path("takes"))
path = takes.path_for_new("", "2024-05-01 20.15.00")
names = takes.names()
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

from runtime.errors import TakeCommandError

SUFFIX: Final = ".mcap"
MAX_NAME: Final = 60
MAX_LISTED: Final = 500
#: Besides letters and digits of any language; dots, as of a time, but not at the beginning or the end.
_ALSO: Final = " -_."
#: What Windows keeps for devices, whatever the suffix.
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in "123456789")}
)


class TakeFolder:
    """Any thread may ask; the folder is made with the first take."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """The takes, newest first; those with names that could not be asked for are left out."""
        try:
            found = [
                (file.stat().st_mtime_ns, file.stem)
                for file in self.path.glob(f"*{SUFFIX}")
                if file.is_file()
            ]
        except OSError:
            return []
        return [name for _, name in sorted(found, reverse=True) if safe_name(name) == name][:MAX_LISTED]

    def path_of(self, name: str) -> Path:
        """The file of a take that is there.

        Raises:
            TakeCommandError: there is no such take.
        """
        if name not in self.names():  # never a path: only what the list holds
            raise TakeCommandError(
                f"there is no take {name[:MAX_NAME]!r} in {self.path}; ask for one of the list"
            )
        return self.path / (name + SUFFIX)

    def path_for_new(self, wanted: str, fallback: str) -> Path:
        """A file that does not exist yet, named as wanted as far as a file may be; makes the folder.

        Args:
            fallback: the name where nothing usable is wanted.

        Raises:
            TakeCommandError: the folder cannot be made.
        """
        name = safe_name(wanted) or safe_name(fallback)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TakeCommandError(
                f"{self.path} cannot be made ({error.strerror}); choose another folder with --takes"
            ) from error
        path, number = self.path / (name + SUFFIX), 1
        while path.exists():
            number += 1
            path = self.path / f"{name} {number}{SUFFIX}"
        return path


def safe_name(wanted: str) -> str:
    """What of a name every file system takes: letters, digits, space, `-`, `_`, inner dots; "" when nothing is left."""
    composed = unicodedata.normalize("NFC", wanted[: 4 * MAX_NAME])
    kept = "".join(c if c.isalnum() or c in _ALSO else " " for c in composed)
    name = " ".join(kept.split())[:MAX_NAME].strip(_ALSO)
    return f"take {name}" if name.partition(".")[0].strip().lower() in _DEVICES else name
