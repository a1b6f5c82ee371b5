"""Reads small files that a stranger may have written: regular files only, up to a limit, without ever waiting.

data = read_regular(Path("avatars/me/avatar.toml"), max_bytes=64 * 1024, follow_links=False)

A named pipe, a device or a folder is refused instead of read, because opening or reading one can block for ever. A
file that is larger than the limit, or grows beyond it while it is read, is refused with nothing kept.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from protocol.errors import FileError

_OPEN: Final = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"), (stat.S_ISLNK, "a symbolic link"),
)  # fmt: skip


def open_regular(path: Path, *, follow_links: bool = True) -> BinaryIO:
    """Open a regular file for reading.

    Args:
        path: the file.
        follow_links: whether its last part may be a symbolic link: yes for a file that the user named, no for one
            in a folder that came from elsewhere.

    Raises:
        FileError: it is missing, may not be read, or is no regular file.
    """
    try:
        if not follow_links and path.is_symlink():  # O_NOFOLLOW says it for certain, but not in plain words
            raise FileError(
                f"{_shown(path)} is a symbolic link; expected a file, so put a copy of the file there"
            )
        number = os.open(path, _OPEN | (0 if follow_links else _NO_LINK))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileError(f"{_shown(path)} cannot be read ({_reason(error)})") from error
    try:
        mode = os.fstat(number).st_mode
        if not stat.S_ISREG(mode):
            kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "no file")
            raise FileError(f"{_shown(path)} is {kind}; expected a file")
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def read_regular(path: Path, *, max_bytes: int, follow_links: bool = True) -> bytes:
    """Read a whole regular file.

    Args:
        path: the file.
        max_bytes: a larger file is refused before anything of it is kept.
        follow_links: as in `open_regular`.

    Raises:
        FileError: as `open_regular`, or it is larger than `max_bytes`.
    """
    with open_regular(path, follow_links=follow_links) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            data = bytearray()
            while size <= max_bytes and len(data) <= max_bytes:
                more = file.read(min(max(size - len(data), 0), max_bytes) + 1)  # one more, to notice its end
                if not more:
                    break
                data += more
        except OSError as error:
            raise FileError(f"{_shown(path)} cannot be read ({_reason(error)})") from error
    if max(size, len(data)) > max_bytes:
        raise FileError(
            f"{_shown(path)} has {max(size, len(data)):,} bytes, expected at most {max_bytes:,}; is it the right file?"
        )
    return bytes(data)


def is_file(path: Path) -> bool:
    """Whether a path leads to a regular file; False also for names that the system refuses."""
    return os.path.isfile(path)


def _shown(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 300 else f"{text[:140]}...{text[-140:]}"


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
