"""RuntimeKeys: which public keys may connect. Sockets with keys: test_bind.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import zmq

from omote.commands.keys import add_client
from protocol.keys import read_client_key
from runtime.access.curve import RuntimeKeys
from runtime.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    add_client(tmp_path / "keys", "known", tmp_path / "known.omote-key")
    return tmp_path / "keys"


def test_only_keys_on_the_list_are_known(folder: Path, tmp_path: Path) -> None:
    keys = RuntimeKeys(folder)
    known = read_client_key(tmp_path / "known.omote-key")
    assert keys.allowed == {"known": known.public}
    assert keys.callback("", known.public.encode())
    stranger, _ = zmq.curve_keypair()
    assert not keys.callback("", stranger)


def test_without_keys_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="omote keys add NAME"):
        RuntimeKeys(tmp_path / "none")


def test_an_empty_list_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "server.toml").write_bytes((folder / "server.toml").read_bytes())
    (tmp_path / "empty" / "server.toml").chmod(0o600)
    with pytest.raises(ConfigError, match="no key is let in yet"):
        RuntimeKeys(tmp_path / "empty")
