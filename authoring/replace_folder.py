"""Replaces an avatar folder atomically: it appears complete or not at all.

with new_folder(Path("avatars/me"), replace=False) as folder:
    ...  # write into folder; it becomes avatars/me at the end, unless this block raises
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authoring.errors import AuthoringError
from face.avatar import MANIFEST, ORIGINAL_PHOTO, THUMBNAIL
from protocol.errors import FileError
from protocol.file_names import check_name, check_new_folder
from protocol.toml_file import read_toml

#: Files of an avatar that its manifest does not name.
EXTRAS = ("preview.png", THUMBNAIL, "report.txt", ORIGINAL_PHOTO)


def check_target(target: Path, *, replace: bool) -> None:
    """Check that an avatar may be written to a path, before any work is done.

    Args:
        replace: whether an existing avatar may be replaced.

    Raises:
        AuthoringError: the path is a file, a folder of other files, an avatar that may not be replaced, or its name
            cannot be written.
    """
    try:
        check_name(target)
        os.lstat(target)
    except FileNotFoundError:
        try:
            check_new_folder(target.resolve())
        except FileError as error:
            raise AuthoringError(f"{error}, with -o") from error
    except (FileError, OSError) as error:
        said = (
            str(error) if isinstance(error, FileError) else f"{target} cannot be written ({error.strerror})"
        )
        raise AuthoringError(f"{said}; choose another folder with -o") from error
    if target.is_dir():
        if (target / MANIFEST).is_file():
            if not replace:
                raise AuthoringError(f"{target} is an avatar already; replace it with --force")
        elif any(target.iterdir()):
            raise AuthoringError(
                f"{target} holds files but is no avatar; nothing was written. Choose another folder with -o"
            )
    elif target.exists():
        raise AuthoringError(f"{target} is a file; choose a folder with -o")


@contextmanager
def new_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """Yield a temporary folder beside the target, and rename it to the target at the end of the block.

    The replaced avatar stays complete until then. The user's own files in it are moved into the new folder. If the
    block raises, nothing changes; if the folder cannot be renamed, it is kept beside, and the error says where.

    Raises:
        AuthoringError: as `check_target`, or the folder cannot be written.
    """
    check_target(target, replace=replace)
    place = target.resolve()
    making = place.parent / f".omote-{secrets.token_hex(4)}.making"
    try:
        making.mkdir(parents=True)
    except OSError as error:
        raise AuthoringError(
            f"{place.parent} cannot be written ({error.strerror}); choose another folder with -o"
        ) from error
    try:
        yield making
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    try:
        check_target(target, replace=replace)  # another program may have made it meanwhile
        _move_into_place(making, place)
    except AuthoringError as error:
        raise AuthoringError(f"{error}. What was made is kept in {_kept(making)}") from error


def _kept(making: Path) -> Path:
    """Give a finished folder that has no place a name that can be seen; returns where it is."""
    found = making.with_name(making.name.removeprefix(".").removesuffix(".making"))
    try:
        making.rename(found)
    except OSError:
        return making
    return found


def _move_into_place(making: Path, place: Path) -> None:
    """Rename the new folder to its place; keep the old one under another name until that succeeded."""
    aside = making.with_suffix(".replaced")
    try:
        if not place.exists():
            making.rename(place)
            return
        place.rename(aside)
        try:
            making.rename(place)
        except OSError:
            aside.rename(place)
            raise
    except OSError as error:
        raise AuthoringError(
            f"{place} cannot be replaced ({error.strerror}); is a program still using it? Nothing there was changed"
        ) from error
    _keep_own_files(aside, place)
    shutil.rmtree(aside, ignore_errors=True)


def _keep_own_files(old: Path, new: Path) -> None:
    """Move the files that are not part of the avatar from the old folder into the new one."""
    written = {MANIFEST, *EXTRAS}
    try:
        files = read_toml(old / MANIFEST).get("files", {})
        written |= {str(name) for name in files.values()}
    except (FileError, AttributeError):
        pass  # an unreadable manifest names no files, so all unknown ones are kept
    for entry in old.iterdir():
        if entry.name not in written and not (new / entry.name).exists():
            entry.rename(new / entry.name)
