"""Avatar: the fixed data of one face, made once from a portrait and stored as a folder.

A folder holds `avatar.toml` and the files it names, all inside the folder: PNG or WebP pictures and npz
arrays, never pickles.

    avatar = load_avatar(Path("avatars/me"))
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from face.errors import AvatarError

AVATAR_FORMAT: Final = 1
MANIFEST: Final = "avatar.toml"
#: A square preview picture that `omote avatar make` writes; engines do not read it.
THUMBNAIL: Final = "thumbnail.png"
BACKGROUNDS: Final = ("keep", "transparent", "plate")


@dataclass(frozen=True, slots=True)
class Avatar:
    """A checked avatar folder.

    Attributes:
        path: the folder.
        name: display name.
        engine: the engine it was made for: "head" or "null".
        background: "keep" (the portrait's own), "transparent", or "plate" (a plain colour).
        files: role -> file inside the folder; every one exists.
    """

    path: Path
    name: str
    engine: str
    background: str
    files: dict[str, Path]


def load_avatar(path: Path) -> Avatar:
    """Read and check an avatar folder.

    Raises:
        AvatarError: not a folder, no or unreadable manifest, newer format, missing file, or a file that lies
            outside the folder.
    """
    manifest_path = path / MANIFEST
    if not manifest_path.is_file():
        raise AvatarError(
            f"{path} is not an avatar: it has no {MANIFEST}; "
            f"make one with: omote avatar make photo.jpg -o {path}"
        )
    try:
        manifest = tomllib.loads(manifest_path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AvatarError(f"{manifest_path} cannot be read: {error}; make the avatar again") from error
    written_as = manifest.get("format")
    if not isinstance(written_as, int):
        raise AvatarError(f"{manifest_path} has no format number; make the avatar again")
    if written_as > AVATAR_FORMAT:
        raise AvatarError(
            f"{path} has avatar format {written_as}, this Omote reads up to {AVATAR_FORMAT}; update Omote"
        )
    background = manifest.get("background", "keep")
    if background not in BACKGROUNDS:
        raise AvatarError(
            f"{manifest_path}: background {background!r}, expected one of {', '.join(BACKGROUNDS)}"
        )
    return Avatar(
        path=path,
        name=str(manifest.get("name", path.name)),
        engine=str(manifest.get("engine", "head")),
        background=background,
        files=_files(path, manifest.get("files", {})),
    )


def _files(path: Path, table: Any) -> dict[str, Path]:
    if not isinstance(table, dict):
        raise AvatarError(f"{path / MANIFEST}: [files] must be a table of file names; make the avatar again")
    root = path.resolve()
    files = {}
    for role, name in table.items():
        try:
            file = (path / str(name)).resolve()
        except (
            OSError,
            RuntimeError,
            ValueError,
        ) as error:  # circular links, names that the system does not allow
            raise AvatarError(f"{path / MANIFEST}: {role} = {name!r} is not a file name ({error})") from error
        if root not in file.parents:
            raise AvatarError(
                f"{path / MANIFEST}: {role} = {name!r} leaves the avatar's folder; do not use this avatar"
            )
        if not file.is_file():
            raise AvatarError(
                f"{path} is missing {name} ({role}); copy the whole folder or make the avatar again"
            )
        files[str(role)] = file
    return files
