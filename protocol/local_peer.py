"""Local peers: which user of this machine has opened a TCP connection to us, as Linux reports it. No sockets.

peers = LocalPeers()
refusal = peers.refusal(client.getpeername(), client.getsockname())       # "" = our own user, or root

Every user of a machine can connect to a port on 127.0.0.1. Linux lists all TCP sockets with the user that opened
them in /proc/net/tcp and tcp6; Windows and macOS have no such list that is open to ordinary users. There, and where
/proc cannot be read, nobody is refused.

Source: proc_net_tcp.rst of the Linux kernel's documentation.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
#: A table that changes while it is read may skip a row.
_TRIES: Final = 3
_ROOT: Final = 0
#: Columns of a row: local and remote address, user, inode.
_LOCAL, _REMOTE, _UID, _INODE = 1, 2, 7, 9


class LocalPeers:
    """Decides whether the user at the other end of a loopback connection may connect. Immutable; any thread."""

    def __init__(self, tables: tuple[str, ...] = _TABLES) -> None:
        """Allow this process's own user, and root.

        Args:
            tables: the kernel's lists of TCP sockets.
        """
        self._tables = tables
        self._allowed = (
            frozenset((os.getuid(), os.geteuid(), _ROOT)) if sys.platform != "win32" else frozenset()
        )
        self.can_tell: Final = sys.platform.startswith("linux") and any(_is_readable(path) for path in tables)

    def refusal(self, peer: Any, ours: Any) -> str:
        """The reason why a connection is refused; "" = it is accepted.

        Args:
            peer: the client's address as `getpeername` gives it: host, port, perhaps more.
            ours: our end's address, as `getsockname` gives it.
        """
        if not self.can_tell or not _is_loopback(peer[0]):
            return ""
        for _ in range(_TRIES):
            uid = socket_user(peer[:2], ours[:2], self._tables)
            if uid is not None:
                break
        if uid in self._allowed:
            return ""
        if uid is None:
            return "a connection whose user is not known: it was closed at once"
        return f"a program of user {uid} of this machine; let other users in with --allow-other-users"


def socket_user(
    local: tuple[str, int], remote: tuple[str, int], tables: tuple[str, ...] = _TABLES
) -> int | None:
    """The user that opened the TCP socket between two addresses of this machine; None: no program holds it.

    Args:
        local: host and port of the socket.
        remote: host and port that it is connected to.
        tables: the kernel's lists of TCP sockets.
    """
    wanted = {
        f"{mine} {theirs}"
        for mine, theirs in zip(_row_addresses(*local), _row_addresses(*remote), strict=True)
    }
    for path in tables:
        for row in _rows(path):
            columns = row.split()
            # A socket that its program has closed has no inode, and the user that is shown for it is 0.
            if len(columns) > _INODE and f"{columns[_LOCAL]} {columns[_REMOTE]}" in wanted:
                return int(columns[_UID]) if columns[_INODE] != "0" else None
    return None


def _rows(path: str) -> Iterator[str]:
    try:
        text = Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    yield from text.splitlines()[1:]


def _row_addresses(host: str, port: int) -> tuple[str, str]:
    """An address as the tables write it: of an IPv4 or IPv6 socket, and as IPv4 mapped into IPv6."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            return (f"{_hex(address.packed)}:{port:04X}",) * 2
        address = mapped
    as_ipv6 = bytes(10) + b"\xff\xff" + address.packed
    return f"{_hex(address.packed)}:{port:04X}", f"{_hex(as_ipv6)}:{port:04X}"


def _hex(packed: bytes) -> str:
    """Each group of four bytes as one number in the machine's byte order."""
    return "".join(
        f"{int.from_bytes(packed[at : at + 4], sys.byteorder):08X}" for at in range(0, len(packed), 4)
    )


def _is_readable(path: str) -> bool:
    try:
        return bool(Path(path).read_text(encoding="ascii", errors="replace"))
    except OSError:
        return False


def _is_loopback(host: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
