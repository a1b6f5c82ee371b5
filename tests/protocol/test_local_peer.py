from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path

import pytest

from protocol.local_peer import LocalPeers, socket_user, user_in_answer
from runtime.access.local_users import local_peers
from tests.other_user import NOBODY, other_user_only, run_as_nobody

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists sockets with their users")

#: Rows as a kernel of x86-64 writes them: 127.0.0.1:40000 -> 127.0.0.1:5570 of user 1000, the same from 40001 but
#: closed by its program, and ::1 port 40002 of user 33.
TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:15C2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000 100
   1: 0100007F:9C40 0100007F:15C2 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 20
   2: 0100007F:9C41 0100007F:15C2 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000 20
"""
TCP6 = """  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
  0: 00000000000000000000000001000000:9C42 00000000000000000000000001000000:15C2 01 00000000:00000000 00:00000000 0 33 0 9 1
  1: 0000000000000000FFFF00000100007F:9C43 0000000000000000FFFF00000100007F:15C2 01 00000000:00000000 00:00000000 0 34 0 9 1
"""


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str, str]:
    if sys.byteorder != "little":
        pytest.skip("the rows are a little-endian machine's")
    (tmp_path / "tcp").write_text(TCP)
    (tmp_path / "tcp6").write_text(TCP6)
    return str(tmp_path / "tcp"), str(tmp_path / "tcp6")


@pytest.mark.parametrize(
    ("local", "remote", "user"),
    [
        (("127.0.0.1", 40000), ("127.0.0.1", 5570), 1000),
        (("::ffff:127.0.0.1", 40000), ("::ffff:127.0.0.1", 5570), 1000),  # our end is a dual-stack socket
        (("127.0.0.1", 40001), ("127.0.0.1", 5570), None),  # closed: the user that is shown is not its user
        (("::1", 40002), ("::1", 5570), 33),
        (("127.0.0.1", 40003), ("127.0.0.1", 5570), 34),  # the client's end is a dual-stack socket
        (("127.0.0.1", 40000), ("127.0.0.1", 5571), None),
        (("127.0.0.2", 40000), ("127.0.0.1", 5570), None),
    ],
)
def test_the_user_of_a_socket_is_read_from_the_kernels_list(
    tables: tuple[str, str], local: tuple[str, int], remote: tuple[str, int], user: int | None
) -> None:
    assert socket_user(local, remote, tables) == user


#: How the kernel is asked: over netlink, and where that is not offered by its tables.
PEERS = {"netlink": local_peers, "tables": LocalPeers}


@linux_only
@pytest.mark.parametrize("way", PEERS)
@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_our_own_connection_is_accepted(host: str, family: socket.AddressFamily, way: str) -> None:
    try:
        server = socket.create_server((host, 0), family=family)
    except OSError as error:
        pytest.skip(f"{host} cannot be bound here: {error}")
    with server, socket.create_connection(server.getsockname()[:2]):
        accepted, peer = server.accept()
        with accepted:
            ours = accepted.getsockname()
            assert socket_user(peer[:2], ours[:2]) == os.getuid()
            assert PEERS[way]().refusal(peer, ours) == ""


@linux_only
def test_a_client_and_a_server_of_both_address_families_know_each_other() -> None:
    try:
        server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    except (OSError, ValueError) as error:
        pytest.skip(f"no dual-stack sockets here: {error}")
    with server, socket.create_connection(("127.0.0.1", server.getsockname()[1])):
        accepted, peer = server.accept()
        with accepted:
            assert peer[0] == "::ffff:127.0.0.1"
            for make in PEERS.values():
                assert make().refusal(peer, accepted.getsockname()) == ""


@linux_only
@pytest.mark.parametrize("way", PEERS)
def test_a_connection_that_was_closed_before_it_is_looked_at_is_refused(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        accepted, peer = server.accept()
        with accepted:
            assert "closed at once" in PEERS[way]().refusal(peer, accepted.getsockname())


def test_where_the_list_cannot_be_read_everyone_is_accepted(tmp_path: Path) -> None:
    peers = LocalPeers(tables=(str(tmp_path / "none"),))
    assert not peers.can_tell
    assert peers.refusal(("127.0.0.1", 1), ("127.0.0.1", 2)) == ""


def test_other_machines_are_no_users_of_this_one(tables: tuple[str, str]) -> None:
    assert LocalPeers(tables=tables).refusal(("192.168.1.7", 40000), ("192.168.1.2", 5570)) == ""


def test_a_kernel_that_does_not_answer_is_not_asked_again(tables: tuple[str, str]) -> None:
    asked = 0

    def ask(request: bytes) -> bytes:
        nonlocal asked
        asked += 1
        raise OSError(93, "protocol not supported")

    peers = LocalPeers(ask, tables)
    assert "user 1000" in peers.refusal(("127.0.0.1", 40000), ("127.0.0.1", 5570))
    assert asked == (1 if sys.platform == "linux" else 0)


def test_an_answer_of_the_kernel_is_read_by_its_layout() -> None:
    """inet_diag_msg: family, state, timer, retrans; 48 bytes of id; expires, queues; user, inode."""
    body = bytes((2, 1, 0, 0)) + bytes(48) + struct.pack("=IIIII", 0, 0, 0, 1000, 77)
    head = struct.pack("=IHHII", 16 + len(body), 20, 0, 1, 0)
    assert user_in_answer(head + body) == 1000
    assert user_in_answer(head + bytes((2, 10)) + body[2:]) is None  # a listener in its place
    assert user_in_answer(head + body[:-4] + bytes(4)) is None  # closed by its program
    assert user_in_answer(struct.pack("=IHHIIi", 20, 2, 0, 1, 0, -2)) is None  # ENOENT
    with pytest.raises(OSError, match="ermi"):
        user_in_answer(struct.pack("=IHHIIi", 20, 2, 0, 1, 0, -1))


@other_user_only
@pytest.mark.parametrize("way", PEERS)
def test_another_users_connection_is_refused(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(60)
        script = (
            "import socket, sys\n"
            "opened = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
            "print(opened.getsockname()[1], flush=True)\n"
            "opened.recv(1)"
        )
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(run_as_nobody, script, str(port))
            accepted, peer = server.accept()
            with accepted:
                ours = accepted.getsockname()
                assert socket_user(peer, ours) == NOBODY
                assert f"user {NOBODY}" in PEERS[way]().refusal(peer, ours)
            assert asking.result() == str(peer[1])
