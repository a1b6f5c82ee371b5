"""npz files from strangers: every array is as large as its entry, and all of them within the limit."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from face.array_file import read_arrays
from protocol.errors import FileError

LIMIT = 1_000_000


def npy(shape: str, descr: str = "'<f4'", content: bytes = b"", order: str = "False") -> bytes:
    """An npy file with any header, written by hand (NEP 1)."""
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def archive(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_come_back_as_numpy_saved_them(tmp_path: Path, save: Any) -> None:
    arrays = {
        "floats": np.arange(12, dtype=np.float32).reshape(3, 4),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "scalar": np.float64(2.5),
        "empty": np.zeros((0, 3), np.int32),
        "names": np.array(["a", "曖"]),
        "half": np.ones(3, np.float16),
        "big": np.arange(3, dtype=">i4"),
    }
    save(tmp_path / "a.npz", **arrays)
    read = read_arrays(tmp_path / "a.npz", max_bytes=LIMIT)
    assert list(read) == list(arrays)
    for name, wanted in arrays.items():
        assert read[name].dtype == np.asarray(wanted).dtype
        assert read[name].shape == np.shape(wanted)
        assert (read[name] == wanted).all()
    read["floats"][0, 0] = 7.0  # not read-only


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (npy("(4, 4194304, 1048576)"), "claims 70,368,744,177,664 bytes, but its entry has"),
        (npy("(0, -5)"), "shape"),
        (npy("(-1,)", content=b"1234"), "shape"),
        (npy("(" + "1, " * 32 + ")", content=b"1234"), "at most 8 dimensions"),
        (npy("(2,)", content=b"1234567"), "bytes, but its entry has|expected 8"),
        (npy("(1,)", content=b"12345678"), "cut short or has a tail"),
        (npy("(1,)", "'|O'", b"12345678"), "holds object"),
        (npy("(1,)", "'<M8[s]'", b"12345678"), "holds datetime64"),
        (npy("(1,)", "[('a', '<f4')]", b"1234"), "expected numbers or text"),
        (npy("(1,)", "'" + "x" * 5000 + "'"), "not an undamaged npz"),
        (npy("(" * 400 + ")" * 400), "not an undamaged npz"),
        (npy("__import__('os')"), "not an undamaged npz"),
        (b"\x93NUMPY\x09\x00" + b"\0" * 80, "not an undamaged npz|npy version"),
        (b"nonsense", "not an undamaged npz"),
        (b"", "not an undamaged npz"),
    ],
)
def test_an_array_that_lies_is_refused_without_allocating(tmp_path: Path, content: bytes, words: str) -> None:
    path = archive(tmp_path / "a.npz", {"a.npy": content})
    tracemalloc.start()
    try:
        with pytest.raises(FileError, match=words) as raised:
            read_arrays(path, max_bytes=LIMIT)
        assert tracemalloc.get_traced_memory()[1] < LIMIT  # peak
    finally:
        tracemalloc.stop()
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    zeros = npy("(100000000,)", content=b"\0" * 4 * 10**8)
    path = archive(tmp_path / "a.npz", {"a.npy": zeros})
    assert path.stat().st_size < LIMIT
    with pytest.raises(FileError, match="would take 400,000,128 bytes unpacked, expected at most 1,000,000"):
        read_arrays(path, max_bytes=LIMIT)


def test_a_directory_that_claims_less_is_not_believed(tmp_path: Path) -> None:
    """The size in both headers is patched from 400 kB to 132 bytes."""
    path = archive(tmp_path / "a.npz", {"a.npy": npy("(1,)", content=b"\0" * 400_000)})
    size = 128 + 400_000
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 132)))
    with pytest.raises(FileError, match="not an undamaged npz"):
        read_arrays(path, max_bytes=LIMIT)


def test_encrypted_and_exotic_entries_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", {"a.npy": npy("(1,)", content=b"1234")})
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"a\.npy is encrypted"):
        read_arrays(path, max_bytes=LIMIT)
    archive(path, {"a.npy": npy("(1,)", content=b"1234")}, zipfile.ZIP_LZMA)
    with pytest.raises(FileError, match="method 14; expected stored or deflated"):
        read_arrays(path, max_bytes=LIMIT)
    archive(path, {"a.txt": b"hello"})
    with pytest.raises(FileError, match=r"a\.txt is not an array"):
        read_arrays(path, max_bytes=LIMIT)


def test_every_damaged_byte_is_survived(tmp_path: Path) -> None:
    """Each byte of a small archive is turned over: it is read, or refused, and nothing else happens."""
    path = archive(tmp_path / "a.npz", {"a.npy": npy("(3,)", content=b"123456789012")})
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_arrays(path, max_bytes=LIMIT)
        except FileError:
            refused += 1
    assert refused > len(whole) // 2


def test_no_archive_at_all(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"hello" * 100):
        (tmp_path / "a.npz").write_bytes(content)
        with pytest.raises(FileError, match="not an undamaged npz"):
            read_arrays(tmp_path / "a.npz", max_bytes=LIMIT)
    with pytest.raises(FileError, match="cannot be read"):
        read_arrays(tmp_path / "nowhere.npz", max_bytes=LIMIT)
