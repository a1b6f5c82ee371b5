"""Other users of this machine: every one of them can connect to a port on 127.0.0.1, and none may use it."""

from __future__ import annotations

from tests.other_user import other_user_only, run_as_nobody
from tests.security.conftest import RunningRuntime

#: Connects to a TCP port, sends what it is given, and prints how many bytes came back before the connection ended.
SCRIPT = """
import socket, sys
opened = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
opened.settimeout(10)
got = 0
try:
    opened.sendall(bytes.fromhex(sys.argv[2]))
    while data := opened.recv(65536):
        got += len(data)
        if got > 200_000:
            break
except (ConnectionError, TimeoutError):
    pass
print(got)
"""
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16 + 1 + 31)


def ready(kind: bytes) -> bytes:
    body = b"\x05READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    return b"\x04" + bytes((len(body),)) + body


@other_user_only
def test_another_user_gets_no_byte_from_any_port(omote: RunningRuntime) -> None:
    ping = b"\x81\xa4type\xa7command"
    page = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    sent = {
        omote.control: GREETING + ready(b"PUSH"),
        omote.request: GREETING + ready(b"DEALER") + b"\x01\x00\x00" + bytes((len(ping),)) + ping,
        omote.publish: GREETING + ready(b"SUB") + b"\x00\x01\x01",
        omote.panel: page,
    }
    for port, data in sent.items():
        assert run_as_nobody(SCRIPT, str(port), data.hex()) == "0", port
    assert omote.status()["dropped"]["another user"] >= 3
    omote.drive(0.7)


@other_user_only
def test_our_own_user_reads_what_another_cannot(omote: RunningRuntime) -> None:
    """The script that fails for another user is a good one."""
    import subprocess
    import sys

    page = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    line = [sys.executable, "-c", SCRIPT, str(omote.panel), page.hex()]
    assert int(subprocess.run(line, capture_output=True, text=True, check=True).stdout) > 500
    line = [
        sys.executable,
        "-c",
        SCRIPT,
        str(omote.publish),
        (GREETING + ready(b"SUB") + b"\x00\x01\x01").hex(),
    ]
    assert int(subprocess.run(line, capture_output=True, text=True, check=True).stdout) > 60_000
