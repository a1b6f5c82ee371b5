"""TakeChanges: renames, deletes and restores takes; a deleted one can be brought back for a month.

changes = TakeChanges(TakeFolder(Path("takes")))
name = changes.rename("take 2024-05-01 20.15.00", "Wave")
changes.delete(name)
changes.restore(name)
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from runtime.errors import TakeCommandError
from runtime.takes.folder import SUFFIX, TakeFolder, safe_name

#: Deleted takes lie in this folder beside the others, for KEPT_S.
DELETED: Final = ".deleted"
KEPT_S: Final = 30 * 24 * 3600.0
#: Between a take's name and the time of its deletion; no take's name holds it.
_MARK: Final = "@"


class TakeChanges:
    """Any thread, one at a time. Names that no list shows reach no file."""

    def __init__(self, folder: TakeFolder) -> None:
        self._folder = folder

    def rename(self, name: str, wanted: str) -> str:
        """Give a take another name; returns it, as file systems allow it.

        Raises:
            TakeCommandError: there is no such take, nothing of the name can be used, or another take has it.
        """
        path = self._folder.path_of(name)
        new = safe_name(wanted)
        if not new:
            raise TakeCommandError(f"{wanted[:60]!r} cannot be a take's name; use letters or digits")
        target = path.with_name(new + SUFFIX)
        if target.exists() and new != name:
            raise TakeCommandError(f"another take is called {new!r}; choose another name")
        with _said(f"{name!r} cannot be renamed"):
            path.rename(target)
        return new

    def delete(self, name: str) -> None:
        """Put a take aside, and remove what was put aside long ago.

        Raises:
            TakeCommandError: there is no such take, or it cannot be moved.
        """
        path = self._folder.path_of(name)
        aside = self._folder.path / DELETED
        with _said(f"{name!r} cannot be deleted"):
            aside.mkdir(exist_ok=True)
            path.rename(aside / f"{name}{_MARK}{time.time_ns()}{SUFFIX}")
        for file in aside.glob(f"*{_MARK}*{SUFFIX}"):
            if time.time_ns() - _deletion_ns(file) > KEPT_S * 1e9:
                with suppress(OSError):
                    file.unlink()

    def restore(self, name: str) -> None:
        """Take back the last deletion of a take.

        Raises:
            TakeCommandError: none of this name was deleted, or another one has its name now.
        """
        aside = self._folder.path / DELETED
        found = [file for file in aside.glob(f"*{_MARK}*{SUFFIX}") if file.stem.rpartition(_MARK)[0] == name]
        if not found:
            raise TakeCommandError(f"no take {name[:60]!r} was deleted in the last {KEPT_S / 86400:.0f} days")
        back = self._folder.path / (name + SUFFIX)
        if os.path.lexists(back):
            raise TakeCommandError(f"there is another take {name[:60]!r} now; rename it first")
        with _said(f"{name!r} cannot be restored"):
            max(found, key=_deletion_ns).rename(back)


def _deletion_ns(file: Path) -> int:
    digits = file.stem.rpartition(_MARK)[2]
    return int(digits) if digits.isdecimal() else 0


@contextmanager
def _said(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TakeCommandError(f"{what} ({error.strerror}); is it open in another program?") from error
