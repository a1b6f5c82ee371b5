"""Bind: the address that the runtime's ports open on, and who may connect there.

On 127.0.0.1 nothing. On any other address ZeroMQ takes only clients with a known key, the panel only pages
that bring its token, and UDP, which can prove nothing, only senders whose addresses were named; without
names UDP stays on 127.0.0.1. Whatever comes over UDP moves the face and can do nothing else.

    bind = make_bind("192.168.1.20", keys=keys_folder(), osc_allow=("192.168.1.31",))
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from protocol.addresses import plain_host
from protocol.errors import KeyFileError
from protocol.keys import keys_folder, read_token
from protocol.local_peer import LocalPeers
from runtime.access.curve import RuntimeKeys
from runtime.access.local_users import local_peers
from runtime.errors import ConfigError

LOOPBACK: Final = "127.0.0.1"
#: Binds every IPv4 address of this machine, and ::1.
EVERY_ADDRESS: Final = "0.0.0.0"
#: Binds every address of this machine, IPv4 and IPv6.
EVERY_ADDRESS_AND_FAMILY: Final = "::"


@dataclass(frozen=True, slots=True, eq=False)
class Bind:
    """An address and its access rules; made by `make_bind`.

    Attributes:
        host: an address of this machine, 0.0.0.0 for all of IPv4, or :: for all.
        keys: the keys that ZeroMQ clients need; None on loopback.
        udp_senders: addresses that may send OSC and VMC from other machines.
        token: required of pages; "" on loopback.
        panel_hosts: further names under which browsers may reach the panel.
        peers: refuses the TCP connections of other users of this machine; None = every user may connect.
    """

    host: str = LOOPBACK
    keys: RuntimeKeys | None = None
    udp_senders: frozenset[str] = frozenset()
    token: str = ""
    panel_hosts: tuple[str, ...] = ()
    peers: LocalPeers | None = field(default_factory=local_peers)

    @property
    def is_every_address(self) -> bool:
        """Whether other machines can use any of this machine's addresses."""
        return self.host in (EVERY_ADDRESS, EVERY_ADDRESS_AND_FAMILY)

    @property
    def is_local(self) -> bool:
        """Whether only programs on this machine can connect."""
        return self.keys is None

    @property
    def udp_host(self) -> str:
        """The address that UDP ports open on."""
        return self.host if self.udp_senders or self.is_local else LOOPBACK

    def allows_udp(self, address: str) -> bool:
        """Whether datagrams from this address are accepted."""
        return not self.udp_senders or address in self.udp_senders or address.startswith("127.")


LOCAL: Final = Bind()


def make_bind(
    host: str,
    *,
    keys: Path | None = None,
    osc_allow: tuple[str, ...] = (),
    panel_hosts: tuple[str, ...] = (),
    allow_other_users: bool = False,
) -> Bind:
    """Check the settings and read the keys.

    Args:
        host: an address of this machine, 0.0.0.0 or ::. 127.0.0.1, ::1 and localhost are one: both are opened.
        keys: the folder of keys; None = this user's.
        osc_allow: addresses of other machines that may send OSC and VMC.
        panel_hosts: names under which browsers may reach the panel.
        allow_other_users: on a loopback address, let the programs of all users of this machine connect.

    Raises:
        ConfigError: not an address, or other machines can reach it and keys or token are missing; the message
            has the command that makes them.
    """
    host, *osc_allow_plain = map(plain_host, (host, *osc_allow))
    address = _address(host, "bind")
    for sender in osc_allow_plain:
        _address(sender, "osc_allow")
    if address.is_loopback:
        if osc_allow:
            raise ConfigError(f"osc_allow names other machines, but bind is {host}; add --bind ADDRESS")
        peers = None if allow_other_users else local_peers()
        return Bind(host=host, panel_hosts=panel_hosts, peers=peers)
    folder = keys or keys_folder()
    runtime_keys = RuntimeKeys(folder)
    try:
        token = read_token(folder)
    except KeyFileError as error:
        raise ConfigError(f"the panel's token: {error.detail}") from error
    if token is None:
        raise ConfigError(
            f"the panel on {host} needs a token, and there is none in {folder}; make one: omote keys token"
        )
    return Bind(host, runtime_keys, frozenset(osc_allow_plain), token, panel_hosts, peers=None)


def _address(text: str, setting: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise ConfigError(
            f"{setting} {text!r} is no address; expected one such as 127.0.0.1, 192.168.1.20 or fd00::20"
        ) from error
    if address.version == 6 and address.is_link_local:
        raise ConfigError(
            f"{setting} {text} is a link-local address, which is not enough to reach a machine; use another address, "
            "or :: for all of this machine's"
        )
    return address
