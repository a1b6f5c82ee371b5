from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.devices import page_secret as module
from bridge.devices.page_secret import FILE, PORT, camera_page, page_secret
from bridge.errors import BridgeError


def test_it_is_kept_and_others_have_another_one(tmp_path: Path) -> None:
    first = page_secret(tmp_path / "a")
    assert page_secret(tmp_path / "a") == first
    assert page_secret(tmp_path / "b") != first
    assert len(first) >= 12
    if os.name == "posix":
        assert (tmp_path / "a" / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damaged", [b"", b"short", b"../../etc/passwd", b"\xff" * 20, b"a b c d e f g h i"])
def test_a_damaged_one_is_made_anew(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    made = page_secret(tmp_path)
    assert made.encode() != damaged
    assert page_secret(tmp_path) == made


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BridgeError, match=r"browser\.secret cannot be written"):
        page_secret(tmp_path / "file" / "folder")


def test_the_page_is_named_once_the_bridge_has_made_its_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = ["192.168.1.20", "10.0.0.3"]
    monkeypatch.setattr(module, "certificate_folder", lambda: tmp_path)
    monkeypatch.setattr(module, "own_addresses", lambda: networks)
    assert camera_page() == ""
    assert list(tmp_path.iterdir()) == []
    secret = page_secret(tmp_path)
    assert camera_page() == f"https://192.168.1.20:{PORT}/{secret}/"
    networks.clear()
    assert camera_page() == ""
