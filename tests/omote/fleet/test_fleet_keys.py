from __future__ import annotations

from pathlib import Path

import pytest

from omote.fleet.errors import FleetError
from omote.fleet.fleet_keys import CLIENT_FILE, lay_out_keys, make_fleet_keys
from protocol.keys import read_allowed, read_client_key, read_server_key, read_token


def test_one_client_key_opens_every_runtime_and_is_kept(tmp_path: Path) -> None:
    files = make_fleet_keys(tmp_path / "head")
    node = lay_out_keys(files, tmp_path / "node")
    client = read_client_key(tmp_path / "head" / CLIENT_FILE)
    assert client.server_public == read_server_key(node).public
    assert list(read_allowed(node).values()) == [client.public]
    assert read_token(node) == read_token(tmp_path / "head")
    assert not (node / CLIENT_FILE).exists()
    assert make_fleet_keys(tmp_path / "head") == files


def test_keys_that_others_can_change_are_refused(tmp_path: Path) -> None:
    make_fleet_keys(tmp_path / "head")
    (tmp_path / "head" / "server.toml").chmod(0o666)
    with pytest.raises(FleetError, match="make new ones: delete"):
        make_fleet_keys(tmp_path / "head")
