from __future__ import annotations

import hashlib
import os
import ssl
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection, create_server

import pytest

pytest.importorskip("cryptography", reason="pip install 'omote[browser]'")

from bridge.devices.own_certificate import FILE, fingerprint, own_context, write_private
from bridge.errors import BridgeError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def handshake(context: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bytes:
    """The certificate, DER, that a client sees which asks for `name`."""
    with create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        server = threading.Thread(target=serve)
        server.start()
        try:
            with (
                create_connection(listening.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname=name) as secure,
            ):
                return secure.getpeercert(binary_form=True) or b""
        finally:
            server.join()


def test_a_client_that_trusts_it_accepts_every_address_that_it_was_made_for(tmp_path: Path) -> None:
    """OpenSSL checks the names, the dates and the signature."""
    context = own_context(tmp_path, ["192.168.1.20", "fd00::5"], datetime.now(UTC))
    client = ssl.create_default_context(cadata=_certificate(tmp_path))
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT if sys.version_info >= (3, 13) else -1
    for name in ("192.168.1.20", "fd00::5", "127.0.0.1", "localhost"):
        seen = handshake(context, client, name)
        shown = hashlib.sha256(seen).hexdigest().upper()
        assert fingerprint(tmp_path).replace(":", "") == shown
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        handshake(context, client, "192.168.1.21")


def test_it_stays_the_same_until_an_address_is_new_or_it_is_about_to_end(tmp_path: Path) -> None:
    def shown(addresses: list[str], days: int) -> str:
        own_context(tmp_path, addresses, NOW + timedelta(days=days))
        return fingerprint(tmp_path)

    first = shown(["10.0.0.2", "10.0.0.3"], 0)
    assert shown(["10.0.0.3"], 1) == first
    assert shown(["10.0.0.2", "10.0.0.3"], 370) == first
    renewed = shown(["10.0.0.2", "10.0.0.3"], 380)
    assert renewed != first
    assert shown(["10.0.0.4"], 381) not in (first, renewed)


def test_only_this_user_may_read_it_and_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    own_context(tmp_path / "new", ["10.0.0.2"], NOW)
    path = tmp_path / "new" / FILE
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"damaged")
    own_context(tmp_path / "new", ["10.0.0.2"], NOW)
    assert b"BEGIN CERTIFICATE" in path.read_bytes()


def test_programs_that_write_beside_each_other_do_not_mix_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's secret, which lies in the same folder and differs in its ending only, is written meanwhile."""
    certificate, secret = tmp_path / "browser.pem", tmp_path / "browser.secret"
    replace = Path.replace

    def late(self: Path, target: Path) -> Path:
        if not secret.exists() and target == certificate:
            write_private(secret, b"secret")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", late)
    write_private(certificate, b"certificate")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "browser.pem": b"certificate",
        "browser.secret": b"secret",
    }


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BridgeError, match=r"browser\.pem cannot be written"):
        own_context(tmp_path / "file" / "folder", [], NOW)


def _certificate(folder: Path) -> str:
    text = (folder / FILE).read_text("ascii")
    return text[text.index("-----BEGIN CERTIFICATE") :]
