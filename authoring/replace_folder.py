"""Replaces an avatar folder atomically: it appears complete or not at all.

with new_folder(Path("avatars/me"), replace=False) as folder:
    ...  # write into folder; it becomes avatars/me at the end, unless this block raises
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authoring.errors import AuthoringError
from face.avatar import MANIFEST, THUMBNAIL
from protocol.errors import FileError
from protocol.toml_file import read_toml

#: Files of an avatar that its manifest does not name.
EXTRAS = ("preview.png", THUMBNAIL, "report.txt")


def check_target(target: Path, *, replace: bool) -> None:
    """Check that an avatar may be written to a path, before any work is done.

    Args:
        replace: whether an existing avatar may be replaced.

    Raises:
        AuthoringError: the path is a file, a folder of other files, or an avatar that may not be replaced.
    """
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
    block raises, nothing changes.

    Raises:
        AuthoringError: as `check_target`, or the folder cannot be written.
    """
    check_target(target, replace=replace)
    place = target.resolve()
    making = place.parent / f".{place.name}.{secrets.token_hex(4)}.making"
    try:
        making.mkdir(parents=True)
    except OSError as error:
        raise AuthoringError(
            f"{place.parent} cannot be written ({error.strerror}); choose another folder with -o"
        ) from error
    try:
        yield making
        check_target(target, replace=replace)  # another program may have made it meanwhile
        _move_into_place(making, place)
    finally:
        shutil.rmtree(making, ignore_errors=True)


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
            f"{place} cannot be replaced ({error.strerror}); is a program still using it? Nothing was changed"
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
