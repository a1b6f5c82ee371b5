"""The secret part of the browser page's address: kept, so that a phone may keep the address as a bookmark.

secret = page_secret(certificate_folder())          # "k3vQ..."; the same the next time
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Final

from bridge.devices.own_certificate import certificate_folder, write_private
from bridge.errors import BridgeError
from bridge.ports.own_addresses import own_addresses

#: Of the page, unless another is chosen.
PORT: Final = 8446
FILE: Final = "browser.secret"
_GOOD: Final = re.compile(r"[A-Za-z0-9_-]{12,64}")


def page_secret(folder: Path) -> str:
    """Read the secret; make one where there is none, or one that is damaged. Delete the file for a new one.

    Raises:
        BridgeError: the folder cannot be written.
    """
    if kept := _kept(folder):
        return kept
    path = folder / FILE
    made = secrets.token_urlsafe(9)
    try:
        write_private(path, made.encode())
    except OSError as error:
        raise BridgeError(f"{path} cannot be written ({error}); make its folder writable") from error
    return made


def camera_page() -> str:
    """The page's address on its usual port, in the first network; "" without a network, or before the bridge has made the
    secret: of two programs that make one, the page of only one would open."""
    addresses, secret = own_addresses(), _kept(certificate_folder())
    return f"https://{addresses[0]}:{PORT}/{secret}/" if addresses and secret else ""


def _kept(folder: Path) -> str:
    """The secret that is there; "" = there is none, or a damaged one."""
    try:
        kept = (folder / FILE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return kept if _GOOD.fullmatch(kept) else ""
