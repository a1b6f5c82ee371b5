"""AvatarCatalog: the avatars that users can choose: built-in ones, those in one folder, and the one that was named.

catalog = AvatarCatalog(Path("avatars"))
for avatar in catalog.avatars(): ...
slot.load(catalog.path_of("me"))
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec
from PIL import Image

from face.avatar import MANIFEST, THUMBNAIL, load_avatar
from face.errors import AvatarError
from runtime.avatars.builtin import BUILTIN, DEFAULT, builtin_avatars

THUMBNAIL_PX: Final = 192
MAX_THUMBNAIL_PX: Final = 2048
MAX_AVATARS: Final = 100


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
        folder: the parent of avatar folders; it need not exist.
        named: the folder of one more avatar, from elsewhere.
    """

    def __init__(self, folder: Path, named: Path | None = None) -> None:
        self._folder = folder
        self._named = named
        self._thumbnails: dict[Path, tuple[int, bytes]] = {}

    def avatars(self) -> list[AvatarEntry]:
        """Built-in avatars first, then the others by name. An avatar with the name of a built-in one replaces it."""
        return [self._describe(key, path) for key, path in self._paths().items()]

    def path_of(self, key: str) -> Path:
        """The folder of a listed avatar; BUILTIN is the default avatar.

        Raises:
            AvatarError: the key is not in the list. A key is never used as a path.
        """
        path = self._found(key)
        if path is None:
            raise AvatarError(f"there is no avatar {key[:80]!r} in {self._folder}; choose one of the list")
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
        return builtin_avatars().get(DEFAULT) if key == BUILTIN else self._paths().get(key)

    def _paths(self) -> dict[str, Path]:
        """Key -> folder of all avatars in the list."""
        try:
            found = sorted(path for path in self._folder.iterdir() if (path / MANIFEST).is_file())
        except OSError:
            found = []
        if self._named is not None and (self._named / MANIFEST).is_file():
            found.insert(0, self._named.resolve())
        own: dict[str, Path] = {}
        for path in found[:MAX_AVATARS]:
            if path.name != BUILTIN:
                own.setdefault(path.name, path)
        return builtin_avatars() | own

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
