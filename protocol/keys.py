"""Key files: the CURVE keys with which a runtime and its clients on other machines authenticate each other.

Every key is written in Z85, 40 characters. The runtime's folder of keys holds `server.toml` (its own key pair),
`allowed.toml` (the public keys of the clients that may connect, by name) and `panel.token`. A client has one file,
NAME.omote-key, with its own key pair and the runtime's public key. All are TOML; `omote keys` makes them.

    key = read_client_key(Path("laptop.omote-key"))
    socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = key.options()

Source: ZeroMQ RFC 26 (CurveZMQ) and 32 (Z85).
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from protocol.errors import FileError, KeyFileError
from protocol.private_file import check_private
from protocol.regular_file import read_regular
from protocol.text_file import utf8_of
from protocol.toml_file import read_toml

SUFFIX: Final = ".omote-key"
#: Reason of a KeyFileError: other users may read or change a file.
NOT_PRIVATE: Final = "not private"
TOKEN_FILE: Final = "panel.token"
KEY_CHARACTERS: Final = 40
MAX_TOKEN_BYTES: Final = 4096
_Z85: Final = re.compile(r"[0-9a-zA-Z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
_NAME: Final = re.compile(r"[\w.\-]{1,64}")


@dataclass(frozen=True, slots=True)
class ServerKey:
    """The runtime's own key pair, Z85."""

    public: str
    secret: str = field(repr=False)  # no message and no traceback shows it


@dataclass(frozen=True, slots=True)
class ClientKey:
    """The keys one client needs to connect, Z85. They allow driving the face and reading its picture."""

    name: str
    server_public: str
    public: str
    secret: str = field(repr=False)  # no message and no traceback shows it

    def options(self) -> tuple[bytes, bytes, bytes]:
        """ZeroMQ's CURVE_SECRETKEY, CURVE_PUBLICKEY and CURVE_SERVERKEY."""
        return self.secret.encode(), self.public.encode(), self.server_public.encode()


def keys_folder() -> Path:
    """The default folder of this user's keys, by the platform's convention."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home() / "AppData/Roaming")) / "Omote"
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Application Support/Omote"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "omote"
    return base / "keys"


def is_client_name(name: str) -> bool:
    """Whether a name is valid for a client: 1 to 64 letters, digits, dots, dashes, and no path."""
    return bool(_NAME.fullmatch(name)) and name.strip(".") != ""


def read_client_key(path: Path) -> ClientKey:
    """Read a client's key file.

    Raises:
        KeyFileError: missing, not a file that `omote keys add` wrote, or one that other users may change.
    """
    table = _read(path, ("server_public", "public", "secret"))
    return ClientKey(path.name.removesuffix(SUFFIX), table["server_public"], table["public"], table["secret"])


def read_server_key(folder: Path) -> ServerKey:
    """Read the runtime's own key pair.

    Raises:
        KeyFileError: missing, damaged, or open to other users.
    """
    _check(folder)
    table = _read(folder / "server.toml", ("public", "secret"), is_secret=True)
    return ServerKey(table["public"], table["secret"])


def read_allowed(folder: Path) -> dict[str, str]:
    """Read the clients that may connect: name -> public key; empty without a file.

    Raises:
        KeyFileError: the list is damaged, or other users may change it.
    """
    _check(folder)
    path = folder / "allowed.toml"
    return _read(path, None) if path.exists() else {}


def read_token(folder: Path) -> str | None:
    """Read the panel's token; None without a file.

    Raises:
        KeyFileError: it cannot be read, or other users can.
    """
    path = folder / TOKEN_FILE
    if not path.exists():
        return None
    _check(folder)
    _check(path, is_secret=True)
    try:
        token = utf8_of(read_regular(path, max_bytes=MAX_TOKEN_BYTES)).decode().strip()
    except (FileError, UnicodeDecodeError) as error:
        raise KeyFileError("no token", f"{path} cannot be read: {error}") from error
    if not token:
        raise KeyFileError("no token", f"{path} is empty; make a new one: omote keys token --new")
    return token


def format_keys(table: dict[str, str], comment: str) -> str:
    """The text of a key file. Nothing is escaped, because Z85 has neither quotes nor backslashes."""
    return "".join([f"# {comment}\n", *(f'"{name}" = "{key}"\n' for name, key in table.items())])


def _check(path: Path, *, is_secret: bool = False) -> None:
    try:
        check_private(path, is_secret=is_secret)
    except FileError as error:
        raise KeyFileError(NOT_PRIVATE, str(error)) from error


def _read(path: Path, names: tuple[str, ...] | None, *, is_secret: bool = False) -> dict[str, str]:
    _check(path, is_secret=is_secret)
    try:
        table = read_toml(path)
    except FileError as error:
        raise KeyFileError("no key file", f"the keys cannot be read: {error}") from error
    if names is not None and sorted(table) != sorted(names):
        raise KeyFileError("no key file", f"{path} must have {', '.join(names)}; it has {', '.join(table)}")
    for name, key in table.items():
        if not isinstance(key, str) or not _Z85.fullmatch(key):
            raise KeyFileError("no key file", f"{path}: {name} is not a key of {KEY_CHARACTERS} characters")
    return table
