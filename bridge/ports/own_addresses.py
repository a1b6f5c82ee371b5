"""The addresses by which other machines reach this one, known without sending anything.

own_addresses()                    # ["192.168.1.20", "10.8.0.3"]; the one of the default route first
"""

from __future__ import annotations

import ipaddress
import re
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

#: Addresses for documentation (RFC 5737, RFC 3849): connecting a UDP socket to them chooses a route and sends nothing.
_ELSEWHERE: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
#: Every local IPv4 address of Linux, aliases too.
_FIB_TRIE: Final = Path("/proc/net/fib_trie")
#: "address index prefix-length scope flags name", scope 00 = global. Source: Linux, net/ipv6/addrconf.c.
_IF_INET6: Final = Path("/proc/net/if_inet6")
#: SIOCGIFADDR of macOS and the BSDs, whose `struct ifreq` has 32 bytes: a name of 16, then a sockaddr_in.
_SIOCGIFADDR: Final = 0xC0206921


def own_addresses(*, ipv6: bool = False) -> list[str]:
    """This machine's addresses in its networks; [] without a network.

    Args:
        ipv6: the global IPv6 addresses instead of the IPv4 ones.
    """
    family = socket.AF_INET6 if ipv6 else socket.AF_INET
    found = [*_routed(family), *(_ipv6() if ipv6 else _ipv4())]
    usable = [text for text in dict.fromkeys(found) if _is_usable(text)]
    return sorted(usable, key=lambda text: ipaddress.ip_address(text).is_link_local)  # stable: those last


def reachable_at(host: str) -> list[str]:
    """What other machines use to reach a port that is bound to `host`; never empty."""
    if host not in ("", "0.0.0.0", "::"):
        return [host]
    found = own_addresses() + (own_addresses(ipv6=True) if host == "::" else [])
    return found or ["this computer's address"]


def _routed(family: socket.AddressFamily) -> list[str]:
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((_ELSEWHERE[family], 9))
        return [str(probe.getsockname()[0])]
    return []


def _ipv4() -> list[str]:
    if sys.platform == "win32":
        return _named(socket.AF_INET)  # the answer comes from the system itself, without a name server
    with suppress(OSError):
        return re.findall(r"\|-- ([\d.]+)\n\s+/32 host LOCAL", _FIB_TRIE.read_text("ascii"))
    return _of_interfaces()


def _ipv6() -> list[str]:
    if sys.platform == "win32":
        return _named(socket.AF_INET6)
    with suppress(OSError):
        lines = [line.split() for line in _IF_INET6.read_text("ascii").splitlines()]
        return [str(ipaddress.IPv6Address(bytes.fromhex(line[0]))) for line in lines if line[3] == "00"]
    return []


def _named(family: socket.AddressFamily) -> list[str]:
    with suppress(OSError, UnicodeError):
        return [str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, family)]
    return []


def _of_interfaces() -> list[str]:
    """The first IPv4 address of every interface, as macOS and the BSDs tell it."""
    if sys.platform == "win32":
        return []
    import fcntl

    addresses = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("32s", name.encode()[:15]))
                addresses.append(socket.inet_ntoa(answer[20:24]))
    return addresses


def _is_usable(text: str) -> bool:
    """Whether other machines can use an address; link-local IPv6 addresses need the name of an interface too."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    return address.version == 4 or not address.is_link_local
