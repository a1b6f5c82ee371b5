"""FleetPlace: where a fleet's directory answers, as `omote fleet up` writes it for the other commands of this user.

    place = read_fleet_place()      # None: this user has started no fleet, or has ended it
    face = face_named("kofi", ...)  # from the directory's reply to "status"

The directory answers the commands "ping" and "status" like a runtime: the status lists the fleet's faces.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocol.addresses import LOOPBACK
from protocol.errors import FileError
from protocol.keys import keys_folder
from protocol.private_file import check_private, write_private
from protocol.toml_file import read_toml
from protocol.toml_text import toml_string

#: The usual port of a fleet's directory.
DIRECTORY_PORT: Final = 5569
FILE: Final = "fleet.toml"


@dataclass(frozen=True, slots=True)
class FleetPlace:
    """Where a fleet is.

    Attributes:
        host, port: of its directory.
        key: the file of the key that opens the directory and every face; None = all are on this machine's loopback.
        ray: the address of its Ray cluster, for commands that change the fleet.
    """

    host: str = LOOPBACK
    port: int = DIRECTORY_PORT
    key: Path | None = None
    ray: str = ""

    @property
    def is_of_own_ray(self) -> bool:
        """Whether `omote fleet up --ray local` began this Ray: it asks for a token, and its faces need no keys."""
        return self.key is None and bool(self.ray)


def fleet_folder() -> Path:
    """The folder of this user's fleet: its place, its keys, and on the head node its state."""
    return keys_folder().parent / "fleet"


def read_fleet_place(folder: Path | None = None) -> FleetPlace | None:
    """Read where this user's fleet is; None without one.

    Raises:
        FileError: the file is damaged, or other users may change it.
    """
    path = (folder or fleet_folder()) / FILE
    if not path.is_file():
        return None
    check_private(path)
    table = read_toml(path)
    host, port, key, ray = (table.get(name) for name in ("host", "port", "key", "ray"))
    is_right = (
        isinstance(host, str) and isinstance(port, int) and isinstance(key, str) and isinstance(ray, str)
    )
    if not is_right:
        raise FileError(f"{path} must have host, port, key and ray; delete it, then: omote fleet up")
    assert isinstance(host, str)
    assert isinstance(port, int)
    assert isinstance(ray, str)
    return FleetPlace(host, port, Path(str(key)) if key else None, ray)


def write_fleet_place(place: FleetPlace, folder: Path | None = None) -> None:
    """Let this user's commands find a fleet.

    Raises:
        OSError: it cannot be written.
    """
    key = "" if place.key is None else str(place.key)
    lines = [f"host = {toml_string(place.host)}", f"port = {place.port}", f"key = {toml_string(key)}"]
    lines.append(f"ray = {toml_string(place.ray)}")
    write_private((folder or fleet_folder()) / FILE, "# Omote, this user's fleet\n" + "\n".join(lines) + "\n")


def forget_fleet_place(folder: Path | None = None) -> None:
    """The fleet has ended."""
    ((folder or fleet_folder()) / FILE).unlink(missing_ok=True)
