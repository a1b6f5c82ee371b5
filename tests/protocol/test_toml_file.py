"""TOML from any editor is read alike; anything else is named in one line."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import numpy as np
import pytest

from protocol.errors import FileError
from protocol.toml_file import MAX_BYTES, MAX_DEPTH, parse_toml, read_toml

TEXT = 'name = "Zoë 曖"\n[ports]\ncontrol = 5570\n'
WANTED = {"name": "Zoë 曖", "ports": {"control": 5570}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_editors_text_is_read(tmp_path: Path, encoding: str, line_end: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(TEXT.replace("\n", line_end).encode(encoding))
    assert read_toml(path) == WANTED


def test_both_byte_orders_of_utf_16_are_read() -> None:
    assert parse_toml(b"\xff\xfe" + TEXT.encode("utf-16-le"), "a") == WANTED
    assert parse_toml(b"\xfe\xff" + TEXT.encode("utf-16-be"), "a") == WANTED


def npz() -> bytes:
    out = io.BytesIO()
    np.savez(out, a=np.zeros(3))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (npz(), "a ZIP archive"),
        (b'{"fps": 30}', "JSON"),
        (b"<!DOCTYPE html>\n<p>404</p>", "HTML"),
        (b"{\\rtf1\\ansi fps = 30}", "RTF"),
        (TEXT.encode("utf-16-le"), "UTF-16 text without a byte-order mark"),
        (
            'fps = 30\nname = "Zoë"'.encode("latin-1"),
            r"not UTF-8 text \(byte 0xeb in line 2\); save it as UTF-8",
        ),
        (b"\xff\xfe\x00format", "not UTF-16 text"),
        (b"a = 1\0", "a binary file"),
        (b"fps 30", "is not TOML: Expected '='"),
        (b"a = 1\na = 2", "is not TOML: Cannot overwrite"),
        (b"a = " + b"9" * 5000, "is not TOML"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"a = " + b"{a=" * 5000 + b"1" + b"}" * 5000, "nested too deeply"),
        (b"[" + b"a." * 5000 + b"a]\nb = 1", "nested too deeply"),
        (b'"a"."a".' * 5000 + b"a = 1", "nested too deeply"),
        (b"a = " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested too deeply"),
    ],
)
def test_what_is_no_toml_text_is_named_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(FileError, match=words) as raised:
        parse_toml(data, "x.toml")
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith("x.toml is")
    assert len(str(raised.value)) < 400


def test_as_deep_as_allowed_is_read() -> None:
    data = "a = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert parse_toml(data.encode(), "a") == tomllib.loads(data)


def test_keys_of_very_many_parts_are_not_given_to_tomllib() -> None:
    """Its time is quadratic in their number: these three would take hours."""
    for key in ("a.", "'a'.", "a . "):
        with pytest.raises(FileError, match="nested too deeply"):
            parse_toml((key * (MAX_BYTES // len(key) - 5) + "a=1").encode(), "a")
    assert parse_toml(b"x = '" + b"a" * (MAX_BYTES - 10) + b"'", "a") == {"x": "a" * (MAX_BYTES - 10)}


def test_dots_in_values_are_not_keys() -> None:
    assert parse_toml(b'a = "' + b"1.2." * 6 + b'0"', "a") == {"a": "1.2." * 6 + "0"}


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(FileError, match=r"1,048,577 bytes, expected at most 1,048,576"):
        read_toml(path)
