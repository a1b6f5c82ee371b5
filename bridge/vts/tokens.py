"""TokenStore: the tokens of the plugins that may control the face, kept in a file between sessions.

The file holds the SHA-256 of each token and never the token itself.

    store = TokenStore(tokens_path())
    token = store.grant(plugin)
    store.is_valid(plugin, token)
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Final

import msgspec

from bridge.vts.parameters import Plugin
from protocol.errors import FileError
from protocol.private_file import check_private, write_private
from protocol.regular_file import read_regular
from protocol.text_file import utf8_of

logger = logging.getLogger(__name__)

#: Most plugins kept; beyond this, the one that was granted first is dropped.
MAX_PLUGINS: Final = 256
MAX_FILE_BYTES: Final = 1_000_000


class _Granted(msgspec.Struct):
    name: str
    developer: str
    sha256: str


class _File(msgspec.Struct):
    plugins: list[_Granted] = []


def tokens_path() -> Path:
    """Return the default path of the token file, in the platform's folder for user settings."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config"))
    return base / "omote" / "vts_tokens.json"


class TokenStore:
    """The plugins that may control the face. Every change is written; tokens that cannot be stay valid until the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._granted = _load(path)

    def __len__(self) -> int:
        return len(self._granted)

    def grant(self, plugin: Plugin) -> str:
        """Create a token of 64 characters for a plugin; its earlier token becomes invalid."""
        token = secrets.token_hex(32)
        self._granted.pop(plugin, None)
        self._granted[plugin] = _digest(token)
        while len(self._granted) > MAX_PLUGINS:
            del self._granted[next(iter(self._granted))]
        self._write()
        return token

    def is_valid(self, plugin: Plugin, token: str) -> bool:
        """Whether this is the token that was granted to this plugin."""
        known = self._granted.get(plugin)
        return known is not None and hmac.compare_digest(known, _digest(token))

    def _write(self) -> None:
        content = _File([_Granted(p.name, p.developer, digest) for p, digest in self._granted.items()])
        try:
            write_private(self._path, msgspec.json.format(msgspec.json.encode(content)).decode())
        except OSError as error:
            logger.warning(
                "%s cannot be written (%s): plugins must ask for approval again", self._path, error
            )


def _load(path: Path) -> dict[Plugin, str]:
    if not path.exists():
        return {}
    try:
        check_private(path)
        content = msgspec.json.decode(utf8_of(read_regular(path, max_bytes=MAX_FILE_BYTES)), type=_File)
    except (FileError, msgspec.DecodeError, UnicodeDecodeError) as error:
        logger.warning("%s cannot be read (%s): plugins must ask for approval again", path, error)
        return {}
    return {Plugin(granted.name, granted.developer): granted.sha256 for granted in content.plugins}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
