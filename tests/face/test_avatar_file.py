"""Avatar files: what comes back is what was written, and what is wrong is refused before anything is unpacked."""

from __future__ import annotations

import shutil
import stat
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from face.avatar import MANIFEST, ORIGINAL_PHOTO, load_avatar
from face.avatar_file import (
    MAX_ENTRIES,
    MAX_ENTRY_BYTES,
    MAX_FILE_BYTES,
    MAX_TOTAL_BYTES,
    unpack_avatar_file,
    write_avatar_file,
)
from face.errors import AvatarError

MANIFEST_TEXT = (
    'format = 1\nname = "Zoë"\nengine = "null"\n\n[files]\nface = "face.png"\nrig = "more/rig.npz"\n'
)
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "zoe"
    (made / "more").mkdir(parents=True)
    (made / MANIFEST).write_text(MANIFEST_TEXT, encoding="utf-8")
    (made / "face.png").write_bytes(bytes(range(256)) * 100)
    (made / "more" / "rig.npz").write_bytes(b"rig")
    (made / "thumbnail.png").write_bytes(b"thumbnail")
    (made / ORIGINAL_PHOTO).write_bytes(b"a photo with a place in its EXIF data")
    (made / "notes.txt").write_text("private")
    return made


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(entries) -> a zip archive of them: (name or ZipInfo, content), deflated."""

    def written(*entries: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "file.omote"
        with zipfile.ZipFile(path, "w", packing) as archive:
            for name, content in entries:
                archive.writestr(name, content, packing)
        return path

    return written


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_an_avatar_comes_back_whole_without_what_is_private(folder: Path, tmp_path: Path) -> None:
    write_avatar_file(load_avatar(folder), tmp_path / "zoe.omote")
    unpack_avatar_file(tmp_path / "zoe.omote", tmp_path / "back")
    before, after = files_of(folder), files_of(tmp_path / "back")
    assert set(before) - set(after) == {ORIGINAL_PHOTO, "notes.txt"}
    assert after == {name: before[name] for name in after}
    assert load_avatar(tmp_path / "back").name == "Zoë"


def test_the_same_avatar_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_avatar_file(load_avatar(folder), tmp_path / "one.omote")
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy" / "face.png").touch()
    write_avatar_file(load_avatar(tmp_path / "copy"), tmp_path / "two.omote")
    assert (tmp_path / "one.omote").read_bytes() == (tmp_path / "two.omote").read_bytes()
    with pytest.raises(AvatarError, match="exists already"):
        write_avatar_file(load_avatar(folder), tmp_path / "one.omote")


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_other_programs_read_it(folder: Path, tmp_path: Path) -> None:
    write_avatar_file(load_avatar(folder), tmp_path / "zoe.omote")
    command = ["unzip", "-q", str(tmp_path / "zoe.omote"), "-d", str(tmp_path / "other")]
    subprocess.run(command, check=True)
    assert files_of(tmp_path / "other")["face.png"] == (folder / "face.png").read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png", "/evil.png", "a/../../evil.png", "a\\..\\evil.png", "C:evil.png", "C:/evil.png", "a//b", "./a",
        "a/", ".hidden", "a/.git/x", "con", "nul.png", "a/aux.txt", "x ", "x.", "a\nb", "a\x7fb", "x" * 101,
        "a/b/c/d/e",
    ],
)  # fmt: skip
def test_a_name_that_leads_anywhere_else_is_refused(write: Write, tmp_path: Path, name: str) -> None:
    path = write((MANIFEST, b"format = 1"), ("placeholder", b"x"))
    data = path.read_bytes()
    if len(name) == len("placeholder"):
        data = data.replace(b"placeholder", name.encode())
        path.write_bytes(data)
    else:
        path = write((MANIFEST, b"format = 1"), (name, b"x"))
    with pytest.raises(AvatarError):
        unpack_avatar_file(path, tmp_path / "back")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file.omote"]


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("face.png")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("face.png", b"x")], f"there is no {MANIFEST}"),
        ([(MANIFEST, b""), (link(), b"/etc/passwd")], "link or device"),
        ([(MANIFEST, b""), ("a.png", b"x"), ("A.PNG", b"y")], "twice"),
        ([(MANIFEST, b""), ("bomb.png", bytes(10_000_000))], "unpack to far more"),
        ([(MANIFEST, b""), *((f"{n}.png", b"x") for n in range(MAX_ENTRIES))], "expected at most"),
    ],
    ids=["no manifest", "link", "twice", "bomb", "many"],
)
def test_an_archive_that_no_export_writes_is_refused(
    write: Write, tmp_path: Path, entries: list[tuple[str | zipfile.ZipInfo, bytes]], words: str
) -> None:
    with pytest.raises(AvatarError, match=words):
        unpack_avatar_file(write(*entries), tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(write: Write, tmp_path: Path, packing: int) -> None:
    with pytest.raises(AvatarError, match="plain zip"):
        unpack_avatar_file(write((MANIFEST, b"format = 1"), packing=packing), tmp_path / "back")


def patched(path: Path, at: int, layout: str, value: int) -> Path:
    """Write a number into the first entry's line of the central directory."""
    data = bytearray(path.read_bytes())
    struct.pack_into(layout, data, data.rindex(b"PK\x01\x02") + at, value)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("at", "layout", "value", "words"),
    [
        (24, "<I", MAX_ENTRY_BYTES + 1, "no file of an avatar has so many"),
        (8, "<H", 1, "password"),
        (16, "<I", 12345, "damaged"),  # the check sum
        (42, "<I", 1000, "damaged"),  # where the entry lies
        (24, "<I", 3, "damaged"),  # fewer bytes than there are
    ],
    ids=["size", "password", "sum", "place", "fewer"],
)
def test_a_directory_that_lies_is_refused(
    write: Write, tmp_path: Path, at: int, layout: str, value: int, words: str
) -> None:
    path = patched(write((MANIFEST, b"format = 1\n" * 10)), at, layout, value)
    with pytest.raises(AvatarError, match=words):
        unpack_avatar_file(path, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_files_that_share_their_bytes_are_counted_each(write: Write, tmp_path: Path) -> None:
    """Many entries of one packed stream (D. Fifield, A better zip bomb, 2019): the sum of their sizes is too large."""
    size = MAX_ENTRY_BYTES - 1
    count = MAX_TOTAL_BYTES // size + 1
    stored = zlib.compress(bytes(1000))
    names = [MANIFEST, *(f"{n}.png" for n in range(count))]
    head = (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, len(stored), len(stored), 1, 0) + b"x"
    )
    directory = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, size // 50, size, len(name), 0, 0, 0, 0, 0, 0,
        )
        + name.encode()
        for name in names
    )  # fmt: skip
    start = len(head) + len(stored)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), start, 0)
    (tmp_path / "bomb.omote").write_bytes(head + stored + directory + end)
    with pytest.raises(AvatarError, match="no avatar has so many"):
        unpack_avatar_file(tmp_path / "bomb.omote", tmp_path / "back")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"GIF89a" * 50, b"PK\x05\x06" * 20]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.omote").write_bytes(content)
    with pytest.raises(AvatarError):
        unpack_avatar_file(tmp_path / "file.omote", tmp_path / "back")


def test_a_directory_of_millions_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """The end says how many entries there are and how large their list is; zip64 may say more, and is refused."""
    for count, size in ((65535, 100), (3, 60_000_000)):
        end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, 0, 0)
        (tmp_path / "file.omote").write_bytes(bytes(1000) + end)
        with pytest.raises(AvatarError, match="expected at most"):
            unpack_avatar_file(tmp_path / "file.omote", tmp_path / "back")
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)
    (tmp_path / "file.omote").write_bytes(bytes(1000) + locator + end)
    with pytest.raises(AvatarError, match="more than 4 GB"):
        unpack_avatar_file(tmp_path / "file.omote", tmp_path / "back")


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "file.omote").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(AvatarError, match="at most 67"):
        unpack_avatar_file(tmp_path / "file.omote", tmp_path / "back")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_any_damage_is_refused_or_gives_whole_files(
    folder: Path, tmp_path: Path, data: st.DataObject
) -> None:
    """A byte is changed anywhere: either it is refused, or every file is as it was, but for its name."""
    path = tmp_path / "zoe.omote"
    if not path.exists():
        write_avatar_file(load_avatar(folder), path)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "damaged.omote").write_bytes(content)
    back = tmp_path / "back"
    try:
        unpack_avatar_file(tmp_path / "damaged.omote", back)
    except AvatarError:
        assert not back.exists()
        return
    assert set(files_of(back).values()) <= set(files_of(folder).values())
    shutil.rmtree(back)
