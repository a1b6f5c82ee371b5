"""One avatar as one file, `NAME.omote`: a zip archive of its manifest, the files that it names, and its thumbnail.

write_avatar_file(load_avatar(folder), path)
unpack_avatar_file(path, empty_folder)

An avatar's original photo, preview and report are not in it. The same avatar gives the same bytes. Everything that the
archive says about itself is checked before anything is unpacked.
"""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from face.avatar import MANIFEST, MAX_FILES, THUMBNAIL, Avatar
from face.errors import AvatarError
from protocol.errors import FileError
from protocol.file_names import name_trouble
from protocol.regular_file import is_file, open_regular

SUFFIX: Final = ".omote"
MEDIA_TYPE: Final = "application/zip"
MAX_FILE_BYTES: Final = 64 * 1024 * 1024  # of the archive
MAX_ENTRIES: Final = MAX_FILES + 8
MAX_ENTRY_BYTES: Final = 64 * 1024 * 1024  # of one file, unpacked
MAX_TOTAL_BYTES: Final = 128 * 1024 * 1024  # of all files, unpacked
MAX_RATIO: Final = 60  # unpacked bytes per packed byte; text takes a few, a bomb a thousand
SMALL_BYTES: Final = 64 * 1024  # smaller files may have any ratio
MAX_DEPTH: Final = 4
MAX_PART: Final = 100  # characters of a file's or folder's name

_END_BYTES: Final = 22  # end of central directory, without a comment
_END: Final = b"PK\x05\x06"
_LOCATOR: Final = b"PK\x06\x07"  # of a zip64 archive, 20 bytes before the end
_LOCATOR_BYTES: Final = 20
_ENTRY_BYTES: Final = 46 + 400  # most bytes of an entry in the central directory
_BLOCK: Final = 64 * 1024
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the earliest of a zip archive: a file's time is nobody's business
_HIDDEN: Final = re.compile(r"^\.|[\x00-\x1f\x7f]")


def write_avatar_file(avatar: Avatar, path: Path) -> None:
    """Write an avatar as one file.

    Args:
        avatar: a checked folder.
        path: the file; it must not exist.

    Raises:
        AvatarError: it is too large, a file has a name that other systems do not allow, or it cannot be written.
    """
    root = avatar.path.resolve()
    files = {MANIFEST: avatar.path / MANIFEST}
    files |= {file.relative_to(root).as_posix(): file for file in sorted(avatar.files.values())}
    if is_file(avatar.path / THUMBNAIL):
        files[THUMBNAIL] = avatar.path / THUMBNAIL
    for name in files:
        _check_name(name, "the avatar")
    try:
        sizes = sum(file.stat().st_size for file in files.values())
        if sizes > MAX_FILE_BYTES - 1024 * 1024:
            raise AvatarError(f"the avatar has {sizes / 1e6:.0f} MB; make it again with --compact")
        with path.open("xb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, file in files.items():
                entry = zipfile.ZipInfo(name, _TIME)
                entry.create_system = 3  # the same bytes on every system
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                with open_regular(file, follow_links=False) as source:
                    archive.writestr(entry, source.read())
    except FileExistsError as error:
        raise AvatarError(f"{path} exists already; choose another name") from error
    except (OSError, FileError) as error:
        path.unlink(missing_ok=True)
        raise AvatarError(f"{path} cannot be written ({error})") from error


def unpack_avatar_file(path: Path, folder: Path) -> None:
    """Unpack a file that may come from a stranger. The avatar in it is not checked: load it for that.

    Args:
        path: the file.
        folder: is made; it must not exist.

    Raises:
        AvatarError: it is no avatar file, damaged, or larger than an avatar may be; nothing is left behind.
    """
    try:
        with open_regular(path) as file:
            _check_end(file)
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _check_entries(entries)
                folder.mkdir()
                for entry in entries:
                    _unpack(archive, entry, folder)
    except AvatarError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except (
        FileError,
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
    ) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise AvatarError(f"the avatar file is damaged ({error}); export the avatar again") from error


def _check_end(file: BinaryIO) -> None:
    """Check the archive's size and what its last bytes say, before a list of entries is read into memory.

    Source: APPNOTE.TXT 6.3.10, 4.3.16: total number of entries at 10, size of the central directory at 12, length of the
        comment at 20; 4.3.15: the zip64 locator lies before it.
    """
    size = file.seek(0, 2)
    if size > MAX_FILE_BYTES:
        raise AvatarError(
            f"the avatar file has {size / 1e6:.0f} MB, at most {MAX_FILE_BYTES / 1e6:.0f} are read; "
            "make the avatar again with --compact"
        )
    file.seek(max(0, size - _END_BYTES - _LOCATOR_BYTES))
    tail = file.read()
    end = tail[-_END_BYTES:]
    if len(end) < _END_BYTES or not end.startswith(_END) or end[20:] != b"\0\0":
        raise AvatarError("it is not an avatar file; expected one that was exported by Omote")
    if tail[:-_END_BYTES].startswith(_LOCATOR):
        raise AvatarError("the avatar file is an archive of more than 4 GB; export the avatar again")
    count, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if count > MAX_ENTRIES or directory > MAX_ENTRIES * _ENTRY_BYTES:
        raise AvatarError(f"the avatar file holds {count} files, expected at most {MAX_ENTRIES}")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Check names, kinds and sizes of all entries, as the archive's directory tells them."""
    names: set[str] = set()
    for entry in entries:
        name = entry.filename
        _check_name(name, "the avatar file")
        if name.casefold() in names:
            raise AvatarError(f"the avatar file holds {name[:80]!r} twice; export the avatar again")
        names.add(name.casefold())
        kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
        if kind not in (0, stat.S_IFREG):
            raise AvatarError(f"the avatar file holds a link or device, {name[:80]!r}; do not use it")
        if entry.flag_bits & 0x1:
            raise AvatarError("the avatar file has a password; export the avatar again without")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise AvatarError(f"{name[:80]!r} is packed in a way that is not read; use a plain zip archive")
        if entry.file_size > MAX_ENTRY_BYTES:
            raise AvatarError(
                f"{name[:80]!r} has {entry.file_size / 1e6:.0f} MB; no file of an avatar has so many"
            )
        if entry.file_size > max(SMALL_BYTES, MAX_RATIO * entry.compress_size):
            raise AvatarError(f"{name[:80]!r} would unpack to far more than it is; do not use this file")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise AvatarError(f"the avatar file would unpack to {total / 1e6:.0f} MB; no avatar has so many")
    if MANIFEST not in {entry.filename for entry in entries}:
        raise AvatarError(f"it is not an avatar file: there is no {MANIFEST} in it")


def _check_name(name: str, whose: str) -> None:
    """Check the path of a file inside an archive, by the rules of every system."""
    parts = name.split("/")
    good = (
        PurePosixPath(name).parts == tuple(parts)
        and len(parts) <= MAX_DEPTH
        and all(len(part) <= MAX_PART and not _HIDDEN.search(part) for part in parts)
        and not any(name_trouble(part, windows=True) for part in parts)
    )
    if not good:
        raise AvatarError(
            f"{whose} holds a file of the name {name[:80]!r}, which cannot be kept; do not use it"
        )


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Unpack one entry; not one byte more than it said."""
    target = folder.joinpath(*entry.filename.split("/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, target.open("xb") as out:
        while block := source.read(min(_BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                raise AvatarError(
                    f"{entry.filename[:80]!r} unpacks to more than it says; do not use this file"
                )
            out.write(block)
