"""Avatar: the fixed data of one face, made once from a portrait and stored as a folder.

A folder holds `avatar.toml` and the files it names, all inside the folder: PNG or WebP pictures and npz
arrays, never pickles.

    avatar = load_avatar(Path("avatars/me"))
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from face.errors import AvatarError
from face.limits import Limits, checked_limits
from protocol.errors import FileError
from protocol.regular_file import is_file
from protocol.toml_file import read_toml

AVATAR_FORMAT: Final = 1
MANIFEST: Final = "avatar.toml"
#: A square preview picture that `omote avatar make` writes; engines do not read it.
THUMBNAIL: Final = "thumbnail.png"
#: The photo that the avatar was made of, if it was kept; of any format, and never shared with the avatar.
ORIGINAL_PHOTO: Final = "original-photo"
BACKGROUNDS: Final = ("keep", "transparent", "plate")
#: What a driver's rest may mean: the portrait as it is, or a face without expression that looks into the camera.
RESTS: Final = ("portrait", "neutral")
MAX_MANIFEST_BYTES: Final = 64 * 1024
MAX_NAME: Final = 100  # characters
MAX_FILES: Final = 64


@dataclass(frozen=True, slots=True)
class Avatar:
    """A checked avatar folder.

    Attributes:
        path: the folder.
        name: display name.
        engine: the engine it was made for: "head", "liveportrait" or "null".
        background: "keep" (the portrait's own), "transparent", or "plate" (a plain colour).
        rest: what a driver at rest shows: "portrait" (the face as in its portrait) or "neutral" (without expression,
            looking into the camera).
        limits: how far the head may turn and move; see `face.limits`. Channels that are not named are not limited.
        files: role -> file inside the folder; every one exists.
        wrinkles: 0..1, how deep the skin folds in expressions; 0 = never.
        personal: 0..1, how far the skin follows the face's own proportions, bulges and folds by a network; 0 = not.
    """

    path: Path
    name: str
    engine: str
    background: str
    files: dict[str, Path]
    rest: str = RESTS[0]
    limits: Limits = field(default_factory=dict)
    wrinkles: float = 0.0
    personal: float = 0.0


def load_avatar(path: Path) -> Avatar:
    """Read and check an avatar folder.

    Raises:
        AvatarError: not a folder, no or unreadable manifest, newer format, missing file, or a file that lies
            outside the folder.
    """
    manifest_path = path / MANIFEST
    if not is_file(manifest_path):
        raise AvatarError(
            f"{path} is not an avatar: it has no {MANIFEST}; "
            f"make one with: omote avatar make photo.jpg -o {path}"
        )
    try:
        manifest = read_toml(manifest_path, max_bytes=MAX_MANIFEST_BYTES, follow_links=False)
    except FileError as error:
        raise AvatarError(f"the avatar cannot be read: {error}; make the avatar again") from error
    written_as = manifest.get("format")
    if not isinstance(written_as, int) or isinstance(written_as, bool) or written_as < 1:
        raise AvatarError(f"{manifest_path} has no format number; make the avatar again")
    if written_as > AVATAR_FORMAT:
        raise AvatarError(
            f"{path} has avatar format {written_as}, this Omote reads up to {AVATAR_FORMAT}; update Omote"
        )
    background = manifest.get("background", "keep")
    if background not in BACKGROUNDS:
        raise AvatarError(
            f"{manifest_path}: background {background!r:.80}, expected one of {', '.join(BACKGROUNDS)}"
        )
    rest = manifest.get("rest", RESTS[0])
    if rest not in RESTS:
        raise AvatarError(f"{manifest_path}: rest {rest!r:.80}, expected one of {', '.join(RESTS)}")
    return Avatar(
        path=path,
        name=_name(str(manifest.get("name", path.name))),
        engine=str(manifest.get("engine", "head"))[:MAX_NAME],
        background=background,
        files=_files(path, manifest.get("files", {})),
        rest=rest,
        limits=checked_limits(manifest.get("limits", {}), str(manifest_path)),
        wrinkles=_share(manifest, "wrinkles", manifest_path),
        personal=_share(manifest, "personal", manifest_path),
    )


def _share(manifest: dict[str, Any], key: str, manifest_path: Path) -> float:
    """A number from 0 to 1 of the manifest; 0 if it is not there."""
    value = manifest.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise AvatarError(f"{manifest_path}: {key} {value!r:.80}, expected a number from 0 to 1")
    return float(value)


def _name(text: str) -> str:
    """A display name in one line of at most MAX_NAME characters."""
    return "".join(c if c.isprintable() else " " for c in text[:MAX_NAME]).strip()


def _files(path: Path, table: Any) -> dict[str, Path]:
    if not isinstance(table, dict):
        raise AvatarError(f"{path / MANIFEST}: [files] must be a table of file names; make the avatar again")
    if len(table) > MAX_FILES:
        raise AvatarError(f"{path / MANIFEST} names {len(table)} files, expected at most {MAX_FILES}")
    root = Path(os.path.realpath(path))
    files = {}
    for role, name in table.items():
        try:
            file = (path / str(name)).resolve()
        except (
            OSError,
            RuntimeError,
            ValueError,
        ) as error:  # circular links, names that the system does not allow
            raise AvatarError(
                f"{path / MANIFEST}: {role:.40} = {name!r:.80} is not a file name ({error})"
            ) from error
        if root not in file.parents:
            raise AvatarError(
                f"{path / MANIFEST}: {role:.40} = {name!r:.80} leaves the avatar's folder; do not use this avatar"
            )
        if not is_file(file):
            raise AvatarError(
                f"{path} is missing {name!s:.80} ({role:.40}); copy the whole folder or make the avatar again"
            )
        files[str(role)] = file
    return files
