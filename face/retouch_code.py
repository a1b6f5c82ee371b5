"""RetouchCode: the code of an avatar that was fitted to more than its portrait, kept in the avatar's folder.

save_code(code, Path("avatars/me/retouch-code.npz"))
code = load_code(avatar)                       # None: the retouch network reads its code from the portrait

A code means nothing to another network than the one that it was fitted with, so it names that network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.array_file import read_arrays
from face.avatar import Avatar
from face.errors import AvatarError
from protocol.errors import FileError

#: The file's role in the manifest, and its name.
ROLE: Final = "retouch_code"
FILE: Final = "retouch-code.npz"
MAX_BYTES: Final = 64 * 1024
#: Most numbers of a code, and their largest value; Omote's networks give -1 to 1.
MOST: Final = 4096
LARGEST: Final = 100.0
#: Bytes of a network's fingerprint, a SHA-256.
FINGERPRINT: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class RetouchCode:
    """A fitted code.

    Attributes:
        values: (C,) float32, as the network's portrait encoder gives it.
        network: fingerprint of the network that it belongs to.
    """

    values: NDArray[np.float32]
    network: bytes


def save_code(code: RetouchCode, path: Path) -> None:
    """Write the file."""
    with path.open("wb") as file:
        np.savez(file, values=code.values, network=np.frombuffer(code.network, np.uint8))


def load_code(avatar: Avatar) -> RetouchCode | None:
    """Read an avatar's file and check it; None if the avatar has none.

    Raises:
        AvatarError: the file is damaged.
    """
    if ROLE not in avatar.files:
        return None
    path = avatar.files[ROLE]
    again = f"make the avatar again, or take {ROLE} out of its avatar.toml"
    try:
        arrays = read_arrays(path, max_bytes=MAX_BYTES, follow_links=False)
    except FileError as error:
        raise AvatarError(f"{error}; {again}") from error
    values, network = arrays.get("values"), arrays.get("network")
    if values is None or values.ndim != 1 or values.dtype != np.float32 or not 1 <= len(values) <= MOST:
        raise AvatarError(f"{path}: there are no values of a code, expected 1 to {MOST} float32; {again}")
    if not np.isfinite(values).all() or float(np.abs(values).max()) > LARGEST:
        raise AvatarError(
            f"{path}: the code holds numbers out of range, expected -{LARGEST:g} to {LARGEST:g}; {again}"
        )
    if network is None or network.dtype != np.uint8 or network.shape != (FINGERPRINT,):
        raise AvatarError(
            f"{path}: the network's fingerprint is missing, expected {FINGERPRINT} bytes; {again}"
        )
    return RetouchCode(values, network.tobytes())
