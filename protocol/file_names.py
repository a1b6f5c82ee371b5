"""Checks the name of a file or folder that will be written, before any work is done for it.

check_new_file(Path("out.mp4"))     # FileError in one line, or nothing
check_new_folder(Path("avatars/me"))

Letters of any script, emoji, spaces, colons and bytes that are no UTF-8 are names like any other. What the system
refuses is found by trying; what Windows accepts and then loses (CON, a dot at the end) is refused by rule.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath
from typing import Final

from protocol.errors import FileError

IS_WINDOWS: Final = os.name == "nt"
#: Microsoft, "Naming Files, Paths, and Namespaces"; also with any ending, such as NUL.txt.
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_FORBIDDEN: Final = '<>:"|?*\\/'


def name_trouble(name: str, *, windows: bool = IS_WINDOWS) -> str:
    """Why a file of this name would be lost or could not be made; "" for a good name.

    Args:
        name: one part of a path.
        windows: whether Windows' rules hold.
    """
    if "\0" in name:
        return "holds a null character"
    if not windows:
        return ""
    if name.split(".")[0].rstrip(" ").lower() in _DEVICES:
        return "is the name of a device on Windows"
    if name != name.rstrip(". "):
        return "ends in a dot or a space, which Windows drops"
    bad = [letter for letter in name if letter in _FORBIDDEN or letter < " "]
    return f"holds {bad[0]!r}, which Windows does not allow" if bad else ""


def check_name(path: PurePath, *, windows: bool = IS_WINDOWS) -> None:
    """Check every part of a path that will be written.

    Raises:
        FileError: a part is no good name.
    """
    for part in path.parts:
        if part in (path.anchor, ".", ".."):
            continue
        if trouble := name_trouble(part, windows=windows):
            raise FileError(f"{str(path)!r} cannot be written: {part!r} {trouble}; choose another name")


def check_new_file(path: Path, *, windows: bool = IS_WINDOWS) -> None:
    """Check that a file can be written, by making an empty one for a moment; an existing file is not touched.

    Raises:
        FileError: its name or its folder is no good, it is a folder, or it may not be written.
    """
    check_name(path, windows=windows)
    try:
        if path.is_dir():
            raise FileError(f"{path} is a folder, expected the name of a file; choose another name")
        if not path.parent.is_dir():
            raise FileError(f"there is no folder {path.parent} to write {path.name} to; make it first")
        try:
            path.open("xb").close()
            path.unlink()
        except FileExistsError:
            if not os.access(path, os.W_OK):
                raise FileError(f"{path} may not be written; choose another name") from None
    except OSError as error:
        raise FileError(_refused(path, error)) from error


def check_new_folder(path: Path, *, windows: bool = IS_WINDOWS) -> None:
    """Check that a folder of this name can be made, by making it for a moment; an existing one is not touched.

    Raises:
        FileError: its name is no good, a part of its path is a file, or it may not be made.
    """
    check_name(path, windows=windows)
    made = []
    try:
        try:
            for folder in (*reversed(path.parents), path):
                if not folder.is_dir():
                    folder.mkdir()
                    made.append(folder)
        finally:
            for folder in reversed(made):
                folder.rmdir()
    except OSError as error:
        raise FileError(_refused(path, error)) from error


def text_of_name(name: str) -> str:
    """A name as text that can be encoded: bytes that are no UTF-8 become U+FFFD."""
    return _SURROGATE.sub("\ufffd", name)


def _refused(path: Path, error: OSError) -> str:
    shown = str(path)
    shown = shown if len(shown) <= 200 else f"{shown[:90]}...{shown[-90:]}"
    return f"{shown} cannot be written ({error.strerror or error}); choose another name or folder"
