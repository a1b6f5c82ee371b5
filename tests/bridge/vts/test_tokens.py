from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from bridge.vts.parameters import Plugin
from bridge.vts.tokens import MAX_PLUGINS, TokenStore, tokens_path

PLUGIN = Plugin("Plugin", "Tester")


def test_tokens_survive_a_restart_and_a_damaged_file_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "new folder" / "tokens.json"
    token = TokenStore(path).grant(PLUGIN)
    again = TokenStore(path)
    assert again.is_valid(PLUGIN, token)
    assert not again.is_valid(Plugin("Plugin", "Other developer"), token)
    assert not again.is_valid(PLUGIN, token[:-1])
    assert again.grant(PLUGIN) != token
    assert not again.is_valid(PLUGIN, token)
    path.write_text("{")
    assert len(TokenStore(path)) == 0
    assert "cannot be read" in caplog.text


def test_tokens_are_bounded(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    first = store.grant(PLUGIN)
    for number in range(MAX_PLUGINS):
        store.grant(Plugin(f"Plugin {number}", "Tester"))
    assert len(store) == MAX_PLUGINS
    assert not store.is_valid(PLUGIN, first)


def test_the_file_holds_the_digest_and_never_the_token(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    token = TokenStore(path).grant(PLUGIN)
    text = path.read_text("utf-8")
    assert token not in text
    assert hashlib.sha256(token.encode()).hexdigest() in text
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0  # readable by the user only


def test_tokens_stay_valid_when_the_file_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = TokenStore(tmp_path / "file" / "tokens.json")
    assert store.is_valid(PLUGIN, store.grant(PLUGIN))
    assert "cannot be written" in caplog.text


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the XDG base directories are for Linux")
def test_the_default_path_follows_the_xdg_configuration_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert tokens_path() == tmp_path / "omote" / "vts_tokens.json"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    assert tokens_path() == tmp_path / ".config" / "omote" / "vts_tokens.json"


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_tokens_that_others_may_have_written_are_not_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tokens.json"
    plugin = Plugin("Plugin", "Tester")
    token = TokenStore(path).grant(plugin)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o666)
    assert not TokenStore(path).is_valid(plugin, token)
    assert f"chmod go-w {path}" in caplog.text
    path.chmod(0o600)
    assert TokenStore(path).is_valid(plugin, token)
