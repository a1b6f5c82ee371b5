from __future__ import annotations

from pathlib import Path

import pytest

from protocol.errors import KeyFileError
from protocol.keys import format_keys, is_client_name, read_allowed, read_client_key, read_server_key

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
