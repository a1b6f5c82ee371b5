from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path

import pytest

from bridge.ports import own_addresses as module
from bridge.ports.own_addresses import own_addresses, reachable_at

FIB_TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 192.168.1.0/24 2 0 2
        |-- 192.168.1.0
           /24 link UNICAST
        |-- 192.168.1.20
           /32 host LOCAL
        |-- 192.168.1.255
           /32 link BROADCAST
     |-- 169.254.7.7
        /32 host LOCAL
     |-- 10.8.0.3
        /32 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
"""


@pytest.mark.parametrize(("family", "is_ipv6"), [(socket.AF_INET, False), (socket.AF_INET6, True)])
def test_they_are_those_of_the_interfaces(family: socket.AddressFamily, is_ipv6: bool) -> None:
    psutil = pytest.importorskip("psutil")
    known = [one.address for found in psutil.net_if_addrs().values() for one in found if one.family == family]
    addresses = [ipaddress.ip_address(text) for text in known if "%" not in text]
    expected = {str(one) for one in addresses if not (one.is_loopback or (is_ipv6 and one.is_link_local))}
    found = own_addresses(ipv6=is_ipv6)
    assert set(found) == expected
    assert len(found) == len(set(found))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_several_networks_are_listed_with_link_local_addresses_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trie = tmp_path / "fib_trie"
    trie.write_text(FIB_TRIE)
    monkeypatch.setattr(module, "_FIB_TRIE", trie)
    monkeypatch.setattr(module, "_routed", lambda family: ["10.8.0.3"])
    assert own_addresses() == ["10.8.0.3", "192.168.1.20", "169.254.7.7"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_without_a_network_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIB_TRIE", "_IF_INET6"):
        (tmp_path / name).write_text("")
        monkeypatch.setattr(module, name, tmp_path / name)
    monkeypatch.setattr(module, "_routed", lambda family: [])
    assert own_addresses() == own_addresses(ipv6=True) == []
    assert reachable_at("0.0.0.0") == reachable_at("::") == ["this computer's address"]


def test_a_bound_address_is_reached_as_it_is() -> None:
    assert reachable_at("192.168.1.20") == ["192.168.1.20"]
    assert reachable_at("127.0.0.1") == ["127.0.0.1"]
    assert set(own_addresses()) <= set(reachable_at("::"))
