"""AvatarCatalog: describes the avatars of a shelf for a list: names, thumbnails and problems.

catalog = AvatarCatalog(Shelf())
for avatar in catalog.avatars(): ...
slot.load(catalog.path_of("me"))
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from face.avatar import THUMBNAIL
from face.errors import AvatarError
from protocol.errors import FileError
from protocol.regular_file import is_file
from runtime.avatars.builtin import BUILTIN, find_builtin, is_builtin
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.loading_messages import Described, DescribeTask, Drawn, ThumbnailTask
from runtime.avatars.preparation import describe
from runtime.avatars.shelf import Shelf
from runtime.avatars.shelf_changes import ShelfChanges
from runtime.avatars.thumbnail import draw_thumbnail

#: Thumbnails that are kept; the oldest goes first.
MAX_KEPT: Final = 300
#: Side at which a picture is read to check it.
_CHECK_PX: Final = 64


class AvatarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One avatar in the list.

    Attributes:
        key: the name of its folder, by which pages choose it.
        name: for people.
        has_thumbnail: whether `AvatarCatalog.thumbnail` returns an image.
        thumbnail_ms: when it was written, milliseconds since 1970; pages show a new one of an avatar that was made anew.
        problem: why the avatar cannot be loaded; "" = it can.
        is_own: it does not come with Omote, and can be changed.
    """

    key: str
    name: str
    has_thumbnail: bool
    thumbnail_ms: int = 0
    problem: str = ""
    is_own: bool = False


class AvatarCatalog:
    """Reads the folders at every call; caches thumbnails. One thread at a time, and never the frame loop's.

    The files of avatars that are not built in are read in a process of their own.

    Args:
        shelf: the avatars.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._thumbnails: dict[
            Path, tuple[tuple[int, int], bytes]
        ] = {}  # the file's time and size, and the picture
        self._client = LoadingClient()

    def avatars(self) -> list[AvatarEntry]:
        """Built-in avatars first, then the others by name. An avatar with the name of a built-in one replaces it."""
        paths = self._shelf.avatars()
        described = self._described_elsewhere(path for path in paths.values() if not is_builtin(path))
        entries = []
        for key, path in paths.items():
            name, problem = described.get(path) or describe(path)
            has_thumbnail = is_file(path / THUMBNAIL)
            written_ms = _written_ms(path / THUMBNAIL) if has_thumbnail else 0
            entries.append(
                AvatarEntry(
                    key=key,
                    name=name,
                    has_thumbnail=has_thumbnail,
                    thumbnail_ms=written_ms,
                    problem=problem,
                    is_own=not is_builtin(path),
                )
            )
        return entries

    def imported(self, file: Path, changes: ShelfChanges) -> str:
        """Put the avatar of a file on the shelf; returns its key. The file is read in the other process.

        Raises:
            AvatarError: as `ShelfChanges.import_file`.
        """
        return changes.import_file(file, self._client)

    def check_picture(self, file: Path) -> None:
        """Read a picture that is to stand behind avatars, in the loading process.

        Raises:
            AvatarError: it is no picture, or damaged.
        """
        try:
            self._client.plate(file, _CHECK_PX)
        except AvatarError as error:
            raise AvatarError(str(error).replace(str(file), "this file")) from error

    def close(self) -> None:
        """End the process that reads avatars; may be called twice, and from any thread."""
        self._client.close()

    def path_of(self, key: str) -> Path:
        """The folder of a listed avatar; BUILTIN is the default avatar.

        Raises:
            AvatarError: the key is not in the list. A key is never used as a path.
        """
        path = self._found(key)
        if path is None:
            raise AvatarError(
                f"there is no avatar {key[:80]!r}; choose one of the list: {', '.join(self._shelf.avatars())}"
            )
        return path

    def thumbnail(self, key: str) -> bytes | None:
        """A listed avatar's thumbnail as a WebP file of at most THUMBNAIL_PX a side; None if it has none."""
        path = self._found(key)
        if path is None:
            return None
        file = path / THUMBNAIL
        try:
            stat = file.lstat()
            changed = stat.st_mtime_ns, stat.st_size
            kept = self._thumbnails.get(file)
            if kept is None or kept[0] != changed:
                picture = draw_thumbnail(file) if is_builtin(path) else self._drawn(file)
                if len(self._thumbnails) >= MAX_KEPT:
                    del self._thumbnails[next(iter(self._thumbnails))]
                kept = self._thumbnails[file] = changed, picture
        except (OSError, ValueError, AvatarError, FileError):  # removed, or no picture that may be shown
            return None
        return kept[1] or None

    def _found(self, key: str) -> Path | None:
        return find_builtin(key) if key == BUILTIN else self._shelf.avatars().get(key)

    def _described_elsewhere(self, paths: Iterable[Path]) -> dict[Path, tuple[str, str]]:
        """Name and problem of folders from anywhere."""
        asked = list(paths)
        if not asked:
            return {}
        try:
            answer = self._client.ask(DescribeTask([str(path) for path in asked]), "the list of avatars")
        except AvatarError as error:
            return {path: (path.name, str(error)) for path in asked}
        assert isinstance(answer, Described)
        return dict(zip(asked, answer.folders, strict=True))

    def _drawn(self, file: Path) -> bytes:
        """A thumbnail from anywhere; empty if it may not be shown."""
        answer = self._client.ask(ThumbnailTask(str(file)), str(file))
        return answer.picture if isinstance(answer, Drawn) else b""


def _written_ms(file: Path) -> int:
    """When a file was written; 0 = it is gone by now."""
    try:
        return file.lstat().st_mtime_ns // 1_000_000
    except OSError:
        return 0
