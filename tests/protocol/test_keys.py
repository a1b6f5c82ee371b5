from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from protocol.errors import KeyFileError
from protocol.keys import (
    format_keys,
    is_client_name,
    read_allowed,
    read_client_key,
    read_server_key,
    read_token,
)
from protocol.private_file import write_private

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX modes")

# RFC 26's own example pairs
PUBLIC, SECRET = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
SERVER = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


def test_a_key_file_reads_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "laptop.omote-key"
    path.write_text(format_keys({"server_public": SERVER, "public": PUBLIC, "secret": SECRET}, "a key"))
    key = read_client_key(path)
    assert (key.name, key.server_public, key.public, key.secret) == ("laptop", SERVER, PUBLIC, SECRET)
    assert key.options() == (SECRET.encode(), PUBLIC.encode(), SERVER.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must have server_public, public, secret"),
        ("public = 3", "must have"),
        (format_keys({"server_public": "short", "public": PUBLIC, "secret": SECRET}, ""), "not a key of 40"),
        (format_keys({"server_public": SERVER, "public": PUBLIC, "secret": "ä" * 40}, ""), "not a key of 40"),
        ("\x00", "cannot be read"),
        ('server_public = "' + "x" * 100_000, "cannot be read"),
    ],
)
def test_a_damaged_key_file_is_refused_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.omote-key"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeyFileError, match=said):
        read_client_key(path)


def test_a_secret_is_in_no_message_or_traceback(tmp_path: Path) -> None:
    path = tmp_path / "laptop.omote-key"
    write_private(path, format_keys({"server_public": SERVER, "public": PUBLIC, "secret": SECRET}, "a key"))
    assert SECRET not in repr(read_client_key(path))
    write_private(tmp_path / "server.toml", format_keys({"public": PUBLIC, "secret": SECRET}, "a key"))
    assert SECRET not in repr(read_server_key(tmp_path))


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"server\.toml cannot be read"):
        read_server_key(tmp_path)
    assert read_allowed(tmp_path) == {}  # without the file no client is allowed


@pytest.mark.parametrize("name", ["laptop", "Jun's".replace("'", "-"), "面", "a.b-c_d"])
def test_names(name: str) -> None:
    assert is_client_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a b", "x" * 65, "a\n"])
def test_names_that_could_be_paths_are_refused(name: str) -> None:
    assert not is_client_name(name)


@posix_only
def test_keys_that_others_may_change_or_read_are_refused_with_the_chmod_line(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    pair = {"public": PUBLIC, "secret": SECRET}
    write_private(folder / "server.toml", format_keys(pair, ""))
    write_private(folder / "allowed.toml", format_keys({"laptop": PUBLIC}, ""))
    write_private(folder / "panel.token", "a-token-of-16-or-more\n")
    client = tmp_path / "laptop.omote-key"
    write_private(client, format_keys(pair | {"server_public": SERVER}, ""))
    readers: list[tuple[Path, int, Callable[[], object]]] = [
        (folder, 0o770, lambda: read_server_key(folder)),
        (folder, 0o777, lambda: read_allowed(folder)),
        (folder, 0o702, lambda: read_token(folder)),
        (folder / "server.toml", 0o640, lambda: read_server_key(folder)),
        (folder / "server.toml", 0o602, lambda: read_server_key(folder)),
        (folder / "allowed.toml", 0o664, lambda: read_allowed(folder)),
        (folder / "panel.token", 0o644, lambda: read_token(folder)),
        (client, 0o662, lambda: read_client_key(client)),
    ]
    for path, mode, read in readers:
        kept = path.stat().st_mode
        read()
        path.chmod(mode)
        with pytest.raises(KeyFileError, match=f"chmod go[-=]w? {path}"):
            read()
        path.chmod(kept)
        read()


def test_a_token_is_read_without_its_line_end_and_may_be_missing(tmp_path: Path) -> None:
    assert read_token(tmp_path) is None
    write_private(tmp_path / "panel.token", "abc\n")
    assert read_token(tmp_path) == "abc"
    (tmp_path / "panel.token").write_bytes(b"\xff\xff")
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_token(tmp_path)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_token_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    write_private(tmp_path / "panel.token", "abc\n")
    (tmp_path / "panel.token").write_bytes(content)
    with pytest.raises(KeyFileError, match="--new"):
        read_token(tmp_path)
