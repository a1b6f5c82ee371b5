"""TakeFolder: the folder of takes, by name; no name leads out of the folder.

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
#: Characters allowed besides letters and digits of any language; dots only inside a name.
_PUNCTUATION: Final = " -_."
#: Names that Windows reserves for devices, whatever the suffix.
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in "123456789")}
)


class TakeFolder:
    """May be used from any thread. The folder is created with the first take.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Return the names of the takes, newest first, without files whose name `safe_name` would change."""
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
        """Return the file of an existing take.

        Raises:
            TakeCommandError: there is no such take.
        """
        if name not in self.names():  # only listed names: a path from a client is never opened
            raise TakeCommandError(
                f"there is no take {name[:MAX_NAME]!r} in {self.path}; ask for one of the list"
            )
        return self.path / (name + SUFFIX)

    def path_for_new(self, wanted: str, fallback: str) -> Path:
        """Return the path of a new file, and create the folder; a number is added to a name that exists.

        Args:
            wanted: the name; characters that file systems refuse are dropped.
            fallback: the name when nothing of `wanted` is left.

        Raises:
            TakeCommandError: the folder cannot be created.
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
    """Reduce a name to letters, digits, space, `-`, `_` and inner dots, for any file system; "" when nothing is left."""
    composed = unicodedata.normalize("NFC", wanted[: 4 * MAX_NAME])
    kept = "".join(c if c.isalnum() or c in _PUNCTUATION else " " for c in composed)
    name = " ".join(kept.split())[:MAX_NAME].strip(_PUNCTUATION)
    return f"take {name}" if name.partition(".")[0].strip().lower() in _DEVICES else name
