"""Local peers: which user of this machine has opened a TCP connection to us, as Linux reports it. No sockets.

peers = LocalPeers(ask_kernel)
refusal = peers.refusal(client.getpeername(), client.getsockname())       # "" = our own user, or root

Every user of a machine can connect to a port on 127.0.0.1. Linux knows which user opened a socket, and tells it to
everyone: for one connection over netlink in 0.1 ms, and for all of them in /proc/net/tcp and tcp6, which costs
milliseconds. Windows and macOS tell only administrators. There, and where neither can be read, nobody is refused.

Source: sock_diag(7) and linux/inet_diag.h; proc_net_tcp.rst of the Linux kernel's documentation.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

AskKernel = Callable[[bytes], bytes]

_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
#: Of linux/netlink.h, sock_diag.h and inet_diag.h; offset of the user in the message after its header.
_BY_FAMILY, _REQUEST, _ERROR, _HEADER_BYTES, _USER_AT = 20, 1, 2, 16, 64
_AF_INET, _AF_INET6, _TCP, _LISTEN = 2, 10, 6, 10
#: A table that changes while it is read may skip a row.
_TRIES: Final = 3
_ROOT: Final = 0
#: Columns of a row: local and remote address, user, inode.
_LOCAL, _REMOTE, _UID, _INODE = 1, 2, 7, 9


class LocalPeers:
    """Decides whether the user at the other end of a loopback connection may connect. Immutable; any thread."""

    def __init__(self, ask_kernel: AskKernel | None = None, tables: tuple[str, ...] = _TABLES) -> None:
        """Allow this process's own user, and root.

        Args:
            ask_kernel: sends a request over netlink, family SOCK_DIAG, and returns the answer; may raise OSError.
                None = only read the tables.
            tables: the kernel's lists of TCP sockets.
        """
        is_linux = sys.platform.startswith("linux")
        self._ask_kernel = ask_kernel if is_linux and _answers(ask_kernel) else None
        self._tables = tables
        self._allowed = (
            frozenset((os.getuid(), os.geteuid(), _ROOT)) if sys.platform != "win32" else frozenset()
        )
        self.can_tell: Final = is_linux and (self._ask_kernel is not None or any(map(_is_readable, tables)))

    def refusal(self, peer: Any, ours: Any) -> str:
        """The reason why a connection is refused; "" = it is accepted.

        Args:
            peer: the client's address as `getpeername` gives it: host, port, perhaps more.
            ours: our end's address, as `getsockname` gives it.
        """
        if not self.can_tell or not _is_loopback(peer[0]):
            return ""
        for _ in range(_TRIES):
            uid = self._user(peer[:2], ours[:2])
            if uid is not None:
                break
        if uid in self._allowed:
            return ""
        if uid is None:
            return "a connection whose user is not known: it was closed at once"
        return f"a program of user {uid} of this machine; let other users in with --allow-other-users"

    def _user(self, peer: tuple[str, int], ours: tuple[str, int]) -> int | None:
        if self._ask_kernel is not None:
            try:
                return user_in_answer(self._ask_kernel(diag_request(peer, ours)))
            except (OSError, struct.error):
                pass  # it was in order when this was made: the tables say it too
        return socket_user(peer, ours, self._tables)


def diag_request(local: tuple[str, int], remote: tuple[str, int]) -> bytes:
    """The netlink request for the TCP socket between two addresses; arguments as for `socket_user`."""
    addresses = [_plain(host) for host, _ in (local, remote)]
    family = _AF_INET if all(address.version == 4 for address in addresses) else _AF_INET6
    packed = [address.packed.ljust(16, b"\0") for address in addresses]
    body = struct.pack("=BBBBI", family, _TCP, 0, 0, 0xFFFFFFFF)
    body += struct.pack(">HH", local[1], remote[1]) + b"".join(packed)
    body += struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)  # any interface, no cookie
    return struct.pack("=IHHII", _HEADER_BYTES + len(body), _BY_FAMILY, _REQUEST, 1, 0) + body


def user_in_answer(answer: bytes) -> int | None:
    """The user in the kernel's answer to a `diag_request`; None: no program holds the socket.

    Raises:
        OSError: the kernel refuses such requests.
    """
    _, kind, _, _, _ = struct.unpack_from("=IHHII", answer)
    if kind == _ERROR:
        number = -struct.unpack_from("=i", answer, _HEADER_BYTES)[0]
        if number == errno.ENOENT:
            return None
        raise OSError(number, os.strerror(number))
    user, inode = struct.unpack_from("=II", answer, _HEADER_BYTES + _USER_AT)
    is_listening = (
        answer[_HEADER_BYTES + 1] == _LISTEN
    )  # where no connection fits, the kernel names a listener
    return None if is_listening or inode == 0 else int(user)


def socket_user(
    local: tuple[str, int], remote: tuple[str, int], tables: tuple[str, ...] = _TABLES
) -> int | None:
    """The user that opened the TCP socket between two addresses of this machine; None: no program holds it.

    Args:
        local: host and port of the socket.
        remote: host and port that it is connected to.
        tables: the kernel's lists of TCP sockets.
    """
    for path in tables:
        try:
            text = Path(path).read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        for mine, theirs in zip(_row_addresses(*local), _row_addresses(*remote), strict=True):
            at = text.find(f" {mine} {theirs} ")  # a flood has thousands of rows: only the one is split
            if at >= 0:
                columns = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0].split()
                # A socket that its program has closed has no inode, and the user that is shown for it is 0.
                return int(columns[_UID]) if columns[_INODE] != "0" else None
    return None


def _row_addresses(host: str, port: int) -> tuple[str, str]:
    """An address as the tables write it: of an IPv4 or IPv6 socket, and as IPv4 mapped into IPv6."""
    address = _plain(host)
    if isinstance(address, ipaddress.IPv6Address):
        return (f"{_hex(address.packed)}:{port:04X}",) * 2
    as_ipv6 = bytes(10) + b"\xff\xff" + address.packed
    return f"{_hex(address.packed)}:{port:04X}", f"{_hex(as_ipv6)}:{port:04X}"


def _hex(packed: bytes) -> str:
    """Each group of four bytes as one number in the machine's byte order."""
    return "".join(
        f"{int.from_bytes(packed[at : at + 4], sys.byteorder):08X}" for at in range(0, len(packed), 4)
    )


def _answers(ask_kernel: AskKernel | None) -> bool:
    """Whether the kernel answers such requests: not every one has this family, and a sandbox may forbid it."""
    nowhere = ("127.0.0.1", 1), ("127.0.0.1", 1)
    try:
        return ask_kernel is not None and user_in_answer(ask_kernel(diag_request(*nowhere))) is None
    except (OSError, struct.error):
        return False


def _is_readable(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def _is_loopback(host: str) -> bool:
    return _plain(host).is_loopback


def _plain(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; IPv4 mapped into IPv6 as IPv4."""
    address = ipaddress.ip_address(host.partition("%")[0])
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address
