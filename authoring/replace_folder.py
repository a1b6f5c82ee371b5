"""A folder that appears all at once or not at all.

with new_folder(Path("avatars/me"), replace=False) as folder:
    ...  # write into folder; it becomes avatars/me at the end, unless this block raises
"""

from __future__ import annotations

import secrets
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authoring.errors import AuthoringError
from face.avatar import MANIFEST, THUMBNAIL

#: What making an avatar writes besides the manifest and the files it names.
EXTRAS = ("preview.png", THUMBNAIL, "report.txt")


def check_target(target: Path, *, replace: bool) -> None:
    """Refuse a place where an avatar must not go, before any work is done.

    Raises:
        AuthoringError: it is a file, a folder of something else, or an avatar that may not be replaced.
    """
    if target.is_dir():
        if (target / MANIFEST).is_file():
            if not replace:
                raise AuthoringError(f"{target} is an avatar already; add --force to make it anew")
        elif any(target.iterdir()):
            raise AuthoringError(
                f"{target} holds files but is no avatar; nothing was written. Choose another folder with -o"
            )
    elif target.exists():
        raise AuthoringError(f"{target} is a file; choose a folder with -o")


@contextmanager
def new_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """A folder beside the target that takes its place at the end.

    An avatar it replaces stays whole until then; files of the user's own in it come along.

    Raises:
        AuthoringError: as `check_target`, or the place cannot be written.
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
        check_target(target, replace=replace)  # somebody may have put something there meanwhile
        _take_place(making, place)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _take_place(making: Path, place: Path) -> None:
    """Rename, with the old folder kept aside until the new one stands."""
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
    """Move what no avatar wrote from the old folder into the new one."""
    written = {MANIFEST, *EXTRAS}
    try:
        files = tomllib.loads((old / MANIFEST).read_text(encoding="utf-8")).get("files", {})
        written |= {str(name) for name in files.values()}
    except (OSError, ValueError, AttributeError):
        pass  # an unreadable manifest names nothing: everything unknown is kept
    for entry in old.iterdir():
        if entry.name not in written and not (new / entry.name).exists():
            entry.rename(new / entry.name)
