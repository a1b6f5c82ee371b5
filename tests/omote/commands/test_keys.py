from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import zmq

from omote.__main__ import main
from protocol.keys import read_allowed, read_client_key, read_server_key


def keys(folder: Path, *words: str) -> int:
    return main(["keys", "--keys", str(folder), *words])


def test_a_client_is_added_listed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "keys", tmp_path / "out" / "laptop.omote-key"
    assert keys(folder, "add", "laptop", "-o", str(out)) == 0
    assert "omote run --bind" in capsys.readouterr().out
    key = read_client_key(out)
    assert read_allowed(folder) == {"laptop": key.public}
    assert key.server_public == read_server_key(folder).public
    # ZeroMQ derives the same public key from the secret key
    assert zmq.curve_public(key.secret.encode()).decode() == key.public
    assert keys(folder, "list") == 0
    assert key.public in capsys.readouterr().out
    assert keys(folder, "remove", "laptop") == 0
    assert read_allowed(folder) == {}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits; the user's folder is private")
def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys(folder, "add", "one", "-o", str(tmp_path / "one.omote-key"))
    keys(folder, "token")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in [*folder.iterdir(), tmp_path / "one.omote-key"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_server_keeps_its_key_when_clients_are_added(tmp_path: Path) -> None:
    for name in ("one", "two"):
        keys(tmp_path / "keys", "add", name, "-o", str(tmp_path / name))
    assert list(read_allowed(tmp_path / "keys")) == ["one", "two"]
    assert len({read_client_key(tmp_path / name).server_public for name in ("one", "two")}) == 1


def test_the_token_stays_until_a_new_one_is_requested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = []
    for words in (["token"], ["token"], ["token", "--new"]):
        assert keys(tmp_path, *words) == 0
        tokens.append(capsys.readouterr().out.strip())
    assert tokens[0] == tokens[1] != tokens[2]
    assert len(tokens[0]) >= 32


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "../evil"], "expected 1 to 64 letters"),
        (["add", "here"], "here has a key already; first: omote keys remove here"),
        (["remove", "ghost"], "'ghost' has no key; there are: here"),
    ],
)
def test_a_failure_names_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    keys(tmp_path / "keys", "add", "here", "-o", str(tmp_path / "here"))
    assert keys(tmp_path / "keys", *words) == 1
    assert said in capsys.readouterr().err
    assert list(read_allowed(tmp_path / "keys")) == ["here"]
