"""A certificate of this computer's own making, so that other devices' browsers reach it by HTTPS.

    context = own_context(certificate_folder(), ["192.168.1.20"], now=datetime.now(UTC))

No authority vouches for it: a browser warns once, and the person looks at the address and goes on. It is kept, so that the
browser remembers the answer, and made anew when an address is new or it is about to end.

Source: RFC 5280 (certificates), RFC 9525 (addresses in subjectAltName).
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bridge.errors import BridgeError
from protocol.keys import keys_folder

FILE: Final = "browser.pem"
#: Browsers refuse certificates that are valid for longer than 398 days.
_VALID: Final = timedelta(days=390)
_RENEWED: Final = timedelta(days=14)


def certificate_folder() -> Path:
    """Where this user's certificate lies: beside the keys."""
    return keys_folder()


def own_context(folder: Path, addresses: Sequence[str], now: datetime) -> ssl.SSLContext:
    """A server's context with this computer's certificate.

    Args:
        folder: of the certificate and its key, one file that only this user may read; is made if missing.
        addresses: IP addresses of this computer that it is valid for, 127.0.0.1 and localhost beside them.
        now: with a time zone.

    Raises:
        BridgeError: the package `cryptography` is missing, or the folder cannot be written.
    """
    path = folder / FILE
    wanted = list(dict.fromkeys([*addresses, "127.0.0.1"]))
    try:
        if not _is_good(path, wanted, now):
            write_private(path, _made(wanted, now))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
    except ImportError as error:
        raise BridgeError(
            "HTTPS needs the package cryptography, and browsers give other computers no camera without it; install it "
            "with: pip install 'omote[browser]'"
        ) from error
    except (OSError, ssl.SSLError) as error:
        raise BridgeError(
            f"the certificate {path} cannot be written or read ({error}); delete the file, or make its folder writable"
        ) from error
    return context


def fingerprint(folder: Path) -> str:
    """The certificate's SHA-256 in pairs of hexadecimal digits, as browsers show it."""
    text = (folder / FILE).read_text("ascii")
    first = text[text.index("-----BEGIN CERTIFICATE") :]
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest().upper()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def _is_good(path: Path, addresses: Sequence[str], now: datetime) -> bool:
    """Whether the kept certificate covers the addresses for a while."""
    from cryptography import x509

    try:
        kept = x509.load_pem_x509_certificate(path.read_bytes())
        names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    covered = {str(one) for one in names.get_values_for_type(x509.IPAddress)}
    return (
        set(addresses) <= covered and kept.not_valid_before_utc <= now < kept.not_valid_after_utc - _RENEWED
    )


def _made(addresses: Sequence[str], now: datetime) -> bytes:
    """A new key and its certificate, PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Omote on this computer")])
    names = [x509.DNSName("localhost"), *(x509.IPAddress(ipaddress.ip_address(one)) for one in addresses)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + made.public_bytes(serialization.Encoding.PEM)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only this user may read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # a name of its own: another program may be writing beside it
    number, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    making = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        making.replace(path)
    except BaseException:
        with suppress(OSError):
            making.unlink()
        raise


def now_utc() -> datetime:
    """The time by this computer's clock."""
    return datetime.now(UTC)
