"""AvatarCatalog: describes the avatars of a shelf for a list: names, thumbnails and problems.

catalog = AvatarCatalog(Shelf())
for avatar in catalog.avatars(): ...
slot.load(catalog.path_of("me"))
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec
from PIL import Image

from face.avatar import THUMBNAIL, load_avatar
from face.errors import AvatarError
from runtime.avatars.builtin import BUILTIN, find_builtin
from runtime.avatars.shelf import Shelf

THUMBNAIL_PX: Final = 192
MAX_THUMBNAIL_PX: Final = 2048


class AvatarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One avatar in the list.

    Attributes:
        key: the name of its folder, by which pages choose it.
        name: for people.
        has_thumbnail: whether `AvatarCatalog.thumbnail` returns an image.
        problem: why the avatar cannot be loaded; "" = it can.
    """

    key: str
    name: str
    has_thumbnail: bool
    problem: str = ""


class AvatarCatalog:
    """Reads the folders at every call; caches thumbnails. One thread at a time.

    Args:
        shelf: the avatars.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._thumbnails: dict[Path, tuple[int, bytes]] = {}

    def avatars(self) -> list[AvatarEntry]:
        """Built-in avatars first, then the others by name. An avatar with the name of a built-in one replaces it."""
        return [self._describe(key, path) for key, path in self._shelf.avatars().items()]

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
            changed_ns = file.stat().st_mtime_ns
            kept = self._thumbnails.get(file)
            if kept is None or kept[0] != changed_ns:
                kept = self._thumbnails[file] = changed_ns, _small(file)
        except (
            OSError,
            ValueError,
            Image.DecompressionBombError,
        ):  # removed, not an image, or too large
            return None
        return kept[1]

    def _found(self, key: str) -> Path | None:
        return find_builtin(key) if key == BUILTIN else self._shelf.avatars().get(key)

    @staticmethod
    def _describe(key: str, path: Path) -> AvatarEntry:
        has_thumbnail = (path / THUMBNAIL).is_file()
        try:
            return AvatarEntry(key=key, name=load_avatar(path).name, has_thumbnail=has_thumbnail)
        except AvatarError as error:
            return AvatarEntry(key=key, name=key, has_thumbnail=has_thumbnail, problem=str(error))


def _small(file: Path) -> bytes:
    with Image.open(file) as picture:
        if max(picture.size) > MAX_THUMBNAIL_PX:  # known from the header, before any pixel is decoded
            raise ValueError(f"{file} has {picture.size} pixels")
        small = picture.convert("RGBA")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    out = BytesIO()
    small.save(out, "WEBP", quality=85)
    return out.getvalue()
