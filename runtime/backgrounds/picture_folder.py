"""PictureFolder: the user's own pictures that stand behind avatars, by name.

folder = PictureFolder(Shelf().user)
name = folder.keep(uploaded_file, "Beach at noon")
path = folder.find(name)
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from runtime.errors import BackgroundError

#: Beside the user's avatars; no avatar's name begins with a dot.
FOLDER: Final = ".backgrounds"
ENDINGS: Final = (".png", ".jpg", ".jpeg", ".webp")
MAX_PICTURES: Final = 100


class PictureFolder:
    """Reads the folder at every call. Any thread.

    Args:
        user: this user's folder of avatars; it need not exist.
    """

    def __init__(self, user: Path) -> None:
        self._folder = user / FOLDER

    def names(self) -> list[str]:
        """The names of all pictures, sorted."""
        return sorted(self._files())

    def find(self, name: str) -> Path | None:
        """The file of a picture; None = no picture is called so. A path is no name."""
        return self._files().get(name)

    def keep(self, file: Path, name: str) -> str:
        """Move a checked WebP picture into the folder; one of the same name is replaced.

        Args:
            file: on the same file system; it is gone afterwards.
            name: for people.

        Returns:
            The name under which `find` knows it.

        Raises:
            BackgroundError: nothing of the name can be kept, there are too many pictures, or it cannot be moved.
        """
        plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60]
        files = self._files()
        if not plain:
            raise BackgroundError(f"{name[:60]!r} cannot be a picture's name; use letters or digits")
        if plain not in files and len(files) >= MAX_PICTURES:
            raise BackgroundError(f"there are {MAX_PICTURES} pictures already; delete some in {self._folder}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            os.replace(file, self._folder / f"{plain}.webp")
            if plain in files and files[plain].suffix != ".webp":
                files[plain].unlink(missing_ok=True)
        except OSError as error:
            raise BackgroundError(
                f"the picture cannot be kept in {self._folder} ({error.strerror})"
            ) from error
        return plain

    def _files(self) -> dict[str, Path]:
        try:
            found = sorted(path for path in self._folder.iterdir() if path.suffix.lower() in ENDINGS)
        except OSError:
            return {}
        return {path.stem: path for path in found if not path.name.startswith(".") and path.is_file()}
