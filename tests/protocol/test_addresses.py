from __future__ import annotations

import pytest

from protocol.addresses import host_of, is_machine, plain_host, sender_name, url_host


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("::FFFF:7f00:1", "127.0.0.1"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("192.168.1.5", "192.168.1.5"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8:0:0::5", "2001:db8::5"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_one_machine_has_one_spelling(host: str, plain: str) -> None:
    assert plain_host(host) == plain
    assert plain_host(plain) == plain


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("::ffff:10.0.0.7", "10.0.0.7:5000"),
        ("::1", "127.0.0.1:5000"),
        ("10.0.0.7", "10.0.0.7:5000"),
        ("fe80::1%en0", "[fe80::1]:5000"),
    ],
)
def test_a_sender_is_its_address_and_port(host: str, name: str) -> None:
    assert sender_name(host, 5000) == name
    assert host_of(name) == name.removesuffix(":5000")


def test_zeromq_wants_brackets_around_ipv6() -> None:
    assert [url_host(host) for host in ("::1", "[::1]", "10.0.0.7", "localhost")] == [
        "[::1]", "[::1]", "10.0.0.7", "localhost",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("192.168.1.20", True), ("studio-pc.local", True), ("münchen", True), ("fd00::20", True), ("fe80::1%eth0", True),
        ("", False), (" ", False), ("a b", False), ("tcp://127.0.0.1", False), ("127.0.0.1:5571", False), ("[::1]", False),
    ],
)  # fmt: skip
def test_a_url_or_a_port_is_no_machine(text: str, is_one: bool) -> None:
    assert is_machine(text) == is_one
