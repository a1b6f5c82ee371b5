"""Which user of this machine is at the other end of a connection: `protocol.local_peer` with a netlink socket.

peers = local_peers()
refusal = peers.refusal(connection.getpeername(), connection.getsockname())
"""

from __future__ import annotations

import socket
from typing import Final

from protocol.local_peer import LocalPeers

# linux/netlink.h; Python has only the first
_AF_NETLINK: Final = 16
_SOCK_DIAG: Final = 4
_ANSWER_BYTES: Final = 4096
_TIMEOUT_S: Final = 0.2  # the kernel answers while the request is sent


def local_peers() -> LocalPeers:
    """Allow the connections of this process's own user, and of root."""
    return LocalPeers(_ask_kernel)


def _ask_kernel(request: bytes) -> bytes:
    """Send one netlink request and return the answer. Must match bridge/ports/local_users.py.

    Raises:
        OSError: the kernel or a sandbox does not offer it.
    """
    with socket.socket(_AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as opened:
        opened.settimeout(_TIMEOUT_S)
        opened.sendto(request, (0, 0))
        return opened.recv(_ANSWER_BYTES)
