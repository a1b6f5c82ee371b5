"""Avatars that travel to other machines: as the bytes of an .omote file, unpacked there into a folder of the face.

cargo = pack_avatar("avatars/me")           # None: an avatar that comes with Omote is on every machine
path = unpack_avatar(cargo, folder)
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import msgspec

from face.avatar import load_avatar
from face.avatar_file import SUFFIX, unpack_avatar_file, write_avatar_file
from face.errors import AvatarError
from protocol.file_names import text_of_name
from runtime.avatars.builtin import is_builtin
from runtime.avatars.shelf import Shelf, shelf_name


class AvatarCargo(msgspec.Struct, frozen=True):
    """One avatar.

    Attributes:
        name: under which it is found where it is unpacked.
        data: of its .omote file; b"" = it comes with Omote.
    """

    name: str
    data: bytes = b""


def pack_avatar(text: str) -> AvatarCargo:
    """The avatar that a user means.

    Args:
        text: an .omote file, a folder, or an avatar's name.

    Raises:
        AvatarError: it is none of these, or cannot be read.
        OSError: the file cannot be read.
    """
    path = Path(text)
    if path.suffix == SUFFIX and path.is_file():
        # damage is said here: where it is unpacked nobody waits for an answer
        with tempfile.TemporaryDirectory(prefix="omote-") as made:
            try:
                unpack_avatar_file(path, Path(made) / "avatar")
                load_avatar(Path(made) / "avatar")
            except AvatarError as error:
                raise AvatarError(f"{path} cannot be used: {error}") from error
        return AvatarCargo(shelf_name(path.stem), path.read_bytes())
    folder = Shelf().resolve(text)
    if folder is None or is_builtin(folder):
        return AvatarCargo("" if folder is None else text_of_name(folder.name))
    with tempfile.TemporaryDirectory(prefix="omote-") as made:
        file = Path(made) / f"avatar{SUFFIX}"
        write_avatar_file(load_avatar(folder), file)
        return AvatarCargo(shelf_name(text_of_name(folder.name)), file.read_bytes())


def unpack_avatar(cargo: AvatarCargo, shelf: Path) -> str:
    """Put an avatar on the shelf of a face, in place of one of its name; returns what to give to `--avatar`.

    Args:
        shelf: a folder of avatars of this face alone.

    Raises:
        AvatarError: the file is damaged.
    """
    if cargo.data:
        shelf.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".omote-", dir=shelf) as made:
            file = Path(made) / f"avatar{SUFFIX}"
            file.write_bytes(cargo.data)
            unpack_avatar_file(file, Path(made) / "avatar")
            shutil.rmtree(shelf / cargo.name, ignore_errors=True)
            (Path(made) / "avatar").rename(shelf / cargo.name)
    return cargo.name
