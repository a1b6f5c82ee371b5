"""Addresses: one spelling for one machine, whichever of IPv4 and IPv6 its datagrams came by. No sockets.

`localhost` is 127.0.0.1 and ::1, and many programs try ::1 first; a socket of both families shows an IPv4 sender as
::ffff:192.168.1.5. All of these are one sender.

    plain_host("::ffff:192.168.1.5")    # "192.168.1.5"
    plain_host("::1")                   # "127.0.0.1"
    sender_name("192.168.1.5", 50000)   # "192.168.1.5:50000"
    host_of("[fe80::1]:50000")          # "[fe80::1]"
    is_machine("tcp://192.168.1.5")     # False
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final

LOOPBACK: Final = "127.0.0.1"
LOOPBACK_IPV6: Final = "::1"
#: Letters of any script, digits, dots, dashes and underscores.
_NAME: Final = re.compile(r"[\w.-]+")


def plain_host(host: str) -> str:
    """An address in its one spelling: IPv4 where it is one, 127.0.0.1 for `localhost` and ::1, no zone behind it."""
    if ":" not in host:
        return LOOPBACK if host == "localhost" else host
    host = host.partition("%")[0]
    if host == LOOPBACK_IPV6:
        return LOOPBACK
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    return str(address.ipv4_mapped or address)


@lru_cache(maxsize=256)  # called for every datagram
def sender_name(host: str, port: int) -> str:
    """Address and port as one text, with brackets around an IPv6 address."""
    host = plain_host(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def host_of(sender: str) -> str:
    """The address in a `sender_name`, an IPv6 one with its brackets."""
    return sender.rpartition(":")[0]


def url_host(host: str) -> str:
    """A host as URLs and ZeroMQ's addresses want it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def is_machine(host: str) -> bool:
    """Whether a text can be a machine's name or address (IPv6 without brackets): no URL, no port, not empty."""
    if ":" not in host:
        return _NAME.fullmatch(host) is not None
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True
