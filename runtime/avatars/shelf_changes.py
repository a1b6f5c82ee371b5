"""ShelfChanges: puts new avatars on the shelf; renames, duplicates, deletes and restores those that are there.

changes = ShelfChanges(Shelf())
key = changes.place(finished_folder, "Ann Lee")       # a folder ann-lee among this user's avatars
changes.rename(key, "Ann")
changes.delete(key)
changes.restore(key)
changes.export_file(key, Path("ann.omote"))

Avatars that come with Omote are never changed. Any thread, one at a time.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from face.avatar import MANIFEST, MAX_MANIFEST_BYTES, MAX_NAME, load_avatar
from face.avatar_file import write_avatar_file
from face.errors import AvatarError
from protocol.errors import FileError
from protocol.regular_file import read_regular
from protocol.toml_text import toml_string
from runtime.avatars.builtin import is_builtin
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.loading_messages import Refused, Unpacked, UnpackTask
from runtime.avatars.shelf import MAX_AVATARS, Shelf, shelf_name

#: Deleted avatars lie in this folder beside the others, for KEPT_S.
DELETED: Final = ".deleted"
KEPT_S: Final = 30 * 24 * 3600.0
#: Between an avatar's name and the time of its deletion, in the names of DELETED.
_MARK: Final = "@"
_NAME_LINE: Final = re.compile(r"^[ \t]*name[ \t]*=.*$", re.MULTILINE)
_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)


class ShelfChanges:
    """Changes the folders of one shelf.

    Args:
        shelf: the avatars; new ones go to its `user` folder.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @property
    def folder(self) -> Path:
        """Where new avatars go; it is made if it is missing.

        Raises:
            AvatarError: it cannot be made.
        """
        try:
            self._shelf.user.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AvatarError(
                f"{self._shelf.user} cannot be made ({error.strerror}); set OMOTE_AVATARS to another folder"
            ) from error
        return self._shelf.user

    def place(self, finished: Path, name: str) -> str:
        """Move a finished avatar folder to the shelf, under a key that is free.

        Args:
            finished: the folder, on the same file system; it is gone afterwards.
            name: for people.

        Returns:
            The key.

        Raises:
            AvatarError: it has no manifest or cannot be moved, or there are too many avatars.
        """
        shown = display_name(name)
        if len(self._shelf.own()) >= MAX_AVATARS:
            raise AvatarError(f"there are {MAX_AVATARS} avatars already; delete one that you do not need")
        _write_name(finished, shown)
        key = self._free_key(shown)
        with _said(f"{shown!r} cannot be kept"):
            finished.rename(self.folder / key)
        return key

    def import_file(self, file: Path, client: LoadingClient, name: str = "") -> str:
        """Unpack an avatar file, in the client's process, and put the avatar on the shelf.

        Args:
            file: an avatar file, from anywhere.
            client: reads it.
            name: for people; "" = the one in the file.

        Returns:
            The key.

        Raises:
            AvatarError: it is no avatar file, the avatar in it cannot be worn, or there are too many avatars.
        """
        making = self.folder / f".omote-{secrets.token_hex(4)}.making"
        try:
            answer = client.ask(UnpackTask(str(file), str(making)), "the avatar file")
            if not isinstance(answer, Unpacked):
                message = answer.message if isinstance(answer, Refused) else "the avatar file cannot be read"
                raise AvatarError(message.replace(str(making), "the avatar in it"))
            return self.place(making, name or answer.name or "avatar")
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def export_file(self, key: str, file: Path) -> None:
        """Write a listed avatar as one file, which must not exist.

        Raises:
            AvatarError: there is no such avatar, or it cannot be read or written.
        """
        path = self._shelf.avatars().get(key)
        if path is None:
            raise AvatarError(f"there is no avatar {key[:80]!r}; choose one of the list")
        write_avatar_file(load_avatar(path), file)

    def rename(self, key: str, name: str) -> None:
        """Give an avatar another name for people; its key stays.

        Raises:
            AvatarError: there is no such avatar of the user's own, the name is empty, or it cannot be written.
        """
        _write_name(self._own(key), display_name(name))

    def duplicate(self, key: str) -> str:
        """Copy an avatar, also one that comes with Omote; returns the copy's key.

        Raises:
            AvatarError: there is no such avatar, or it cannot be copied.
        """
        path = self._shelf.avatars().get(key)
        if path is None:
            raise AvatarError(f"there is no avatar {key[:80]!r}; choose one of the list")
        making = self.folder / f".omote-{secrets.token_hex(4)}.making"
        try:
            with _said(f"{key!r} cannot be copied"):
                shutil.copytree(path, making, symlinks=True)
            return self.place(making, f"{_name_in(making) or key} copy")
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def delete(self, key: str) -> None:
        """Put an avatar aside, and remove what was put aside long ago.

        Raises:
            AvatarError: there is no such avatar of the user's own, or it cannot be moved.
        """
        path = self._own(key)
        aside = path.parent / DELETED
        with _said(f"{key!r} cannot be deleted"):
            aside.mkdir(exist_ok=True)
            path.rename(aside / f"{path.name}{_MARK}{time.time_ns()}")
        self._forget(aside)

    def restore(self, key: str) -> None:
        """Take back the last deletion of an avatar.

        Raises:
            AvatarError: none of this name was deleted, or another one has its name now.
        """
        found = [
            path
            for folder in (self._shelf.local, self._shelf.user)
            for path in _deleted(folder / DELETED)
            if path.name.rpartition(_MARK)[0] == key
        ]
        if not found:
            raise AvatarError(f"no avatar {key[:80]!r} was deleted in the last {KEPT_S / 86400:.0f} days")
        newest = max(found, key=_deletion_ns)
        back = newest.parent.parent / key
        if os.path.lexists(back):
            raise AvatarError(f"there is another avatar {key[:80]!r} now; rename its folder first: {back}")
        with _said(f"{key!r} cannot be restored"):
            newest.rename(back)

    def _own(self, key: str) -> Path:
        path = self._shelf.avatars().get(key)
        if path is None:
            raise AvatarError(f"there is no avatar {key[:80]!r}; choose one of the list")
        if is_builtin(path):
            raise AvatarError(f"{key!r} comes with Omote and cannot be changed; duplicate it first")
        return path

    def _free_key(self, name: str) -> str:
        """A folder name for a display name that no avatar has yet."""
        try:
            wanted = shelf_name(name)
        except AvatarError:  # nothing of the name can be typed on a command line
            wanted = "avatar"
        taken = set(self._shelf.avatars())
        key, number = wanted, 1
        while key in taken or os.path.lexists(self.folder / key):
            number += 1
            key = f"{wanted}-{number}"
        return key

    def _forget(self, aside: Path) -> None:
        long_ago_ns = time.time_ns() - int(KEPT_S * 1e9)
        for path in _deleted(aside):
            if _deletion_ns(path) < long_ago_ns:
                shutil.rmtree(path, ignore_errors=True)


def display_name(text: str) -> str:
    """A name for people: one line of at most MAX_NAME printable characters.

    Raises:
        AvatarError: nothing is left.
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_NAME].strip()
    if not name:
        raise AvatarError("the avatar needs a name; type one")
    return name


def _deleted(aside: Path) -> list[Path]:
    try:
        return [path for path in aside.iterdir() if path.name.rpartition(_MARK)[2].isdecimal()]
    except OSError:
        return []


def _deletion_ns(path: Path) -> int:
    return int(path.name.rpartition(_MARK)[2])


def _name_in(folder: Path) -> str:
    """The display name in a manifest; "" if there is none."""
    with suppress(FileError, ValueError):
        text = read_regular(folder / MANIFEST, max_bytes=MAX_MANIFEST_BYTES, follow_links=False).decode()
        return str(tomllib.loads(text).get("name", ""))
    return ""


def _write_name(folder: Path, name: str) -> None:
    """Replace the name in a manifest, and nothing else.

    Raises:
        AvatarError: the manifest cannot be read or written, or is written in a way that this does not understand.
    """
    manifest = folder / MANIFEST
    try:
        text = read_regular(manifest, max_bytes=MAX_MANIFEST_BYTES, follow_links=False).decode()
        before = tomllib.loads(text)
    except (FileError, ValueError) as error:
        raise AvatarError(f"the avatar cannot be renamed: {error}; make the avatar again") from error
    changed = _with_name(text, name)
    try:
        after = tomllib.loads(changed)
    except ValueError:
        after = {}
    if after != before | {"name": name}:
        raise AvatarError(f"{manifest} is written in an unusual way; change its line name = by hand")
    part = folder / f".omote-{secrets.token_hex(4)}"
    with _said("the avatar cannot be renamed"):
        try:
            part.write_text(changed, encoding="utf-8", newline="\n")
            os.replace(part, manifest)
        finally:
            part.unlink(missing_ok=True)


def _with_name(text: str, name: str) -> str:
    """A manifest's text with another name: the first line that sets one before any table, or a new first line."""
    line = f"name = {toml_string(name)}"
    table = _TABLE.search(text)
    found = _NAME_LINE.search(text, 0, table.start() if table else len(text))
    if found is None:
        return f"{line}\n{text}"
    return f"{text[: found.start()]}{line}{text[found.end() :]}"


@contextmanager
def _said(what: str) -> Iterator[None]:
    """What the system refuses becomes an AvatarError in words."""
    try:
        yield
    except OSError as error:  # shutil.Error too
        reason = str(error.strerror or error)[:200]
        raise AvatarError(f"{what} ({reason}); is the disk full, or the folder read-only?") from error
