"""WantedFaces: the faces that a fleet is to have, on disk. A change writes the list of faces, and an avatar only once.

wanted = WantedFaces(folder)
face = WantedFace(spec, cargo.name, wanted.keep(cargo), 1)
wanted.save([face])
wanted.cargo(wanted.load()["kofi"])

    folder/fleet.state          the faces, a few hundred bytes each
    folder/avatars/SHA256       an .omote file, once for all faces that wear it
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.errors import FleetError
from omote.fleet.face_spec import FaceSpec

STATE_FILE: Final = "fleet.state"
AVATARS: Final = "avatars"


class WantedFace(msgspec.Struct, frozen=True):
    """A face that is to be there.

    Attributes:
        avatar: name of the avatar that it wears.
        digest: SHA-256 of that avatar's .omote file, in hexadecimal; "" = it comes with Omote.
        generation: counts its moves.
    """

    spec: FaceSpec
    avatar: str
    digest: str
    generation: int


class WantedFaces:
    """Use it from one thread at a time.

    Args:
        folder: for the files; made when it is first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._file, self._avatars = folder / STATE_FILE, folder / AVATARS

    def load(self) -> dict[str, WantedFace]:
        """The faces by name; empty where there is no list.

        Raises:
            FleetError: the list is damaged.
        """
        if not self._file.is_file():
            return {}
        try:
            faces = msgspec.msgpack.decode(self._file.read_bytes(), type=list[WantedFace])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FleetError(
                f"the faces that the fleet had cannot be read from {self._file} ({error}); delete it, then start "
                "them again: omote fleet up"
            ) from error
        return {face.spec.name: face for face in faces}

    def keep(self, cargo: AvatarCargo) -> str:
        """Write an avatar's file, unless it is there; returns its digest. The next `save` removes it if no face wears it.

        Raises:
            OSError: it cannot be written.
        """
        if not cargo.data:
            return ""
        digest = hashlib.sha256(cargo.data).hexdigest()
        if not (path := self._avatars / digest).is_file():
            _write(path, cargo.data)
        return digest

    def cargo(self, face: WantedFace) -> AvatarCargo:
        """The avatar of a face.

        Raises:
            FleetError: its file is gone or damaged.
        """
        if not face.digest:
            return AvatarCargo(face.avatar)
        path = self._avatars / face.digest
        try:
            data = path.read_bytes()
        except OSError as error:
            why = str(error)
        else:
            if hashlib.sha256(data).hexdigest() == face.digest:
                return AvatarCargo(face.avatar, data)
            why = f"{path} is damaged"
        name = face.spec.name
        raise FleetError(
            f"the avatar {face.avatar} of {name} cannot be read ({why}); start the face again: omote fleet stop {name}, "
            "omote fleet up"
        )

    def save(self, faces: Collection[WantedFace]) -> None:
        """Write the list, then remove avatars that no face wears. A crash leaves the list as before or as after.

        Raises:
            OSError: it cannot be written.
        """
        _write(self._file, msgspec.msgpack.encode(list(faces)))
        worn = {face.digest for face in faces}
        if self._avatars.is_dir():
            for path in self._avatars.iterdir():
                if path.name not in worn:
                    path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove all files.

        Raises:
            OSError: the list cannot be removed.
        """
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self._avatars, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    """Write a file for this user alone: avatars are people's pictures. Complete, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    os.replace(part, path)
