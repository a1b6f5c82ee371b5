"""Who may talk to the panel: Host, Origin and token rules.

A web page anywhere can make a browser talk to this machine's loopback address, either openly (its Origin
tells) or after pointing its own name at 127.0.0.1 (DNS rebinding: its Host tells). So a name that is not
this machine's is refused, and so is a page that this server did not serve.

    access = Access(host="127.0.0.1")
    refusal = access.refusal_of_request(host_header, origin_header)
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from runtime.errors import ConfigError

MIN_TOKEN: Final = 16
_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Access:
    """The rules for one bound address. Holds nothing that changes; any thread may ask."""

    def __init__(self, *, host: str, token: str = "", allowed_hosts: tuple[str, ...] = ()) -> None:
        """Check the setting.

        Args:
            host: the address the server binds.
            token: what a client outside this machine's loopback must know; "" = none.
            allowed_hosts: further names under which browsers reach this server.

        Raises:
            ConfigError: an address others can reach, without a token that is long enough.
        """
        self.is_local: Final = host in _LOCAL_NAMES
        if not self.is_local and len(token) < MIN_TOKEN:
            raise ConfigError(
                f"the panel on {host} could be opened by anybody on the network, and its token has "
                f"{len(token)} characters; set a token of at least {MIN_TOKEN}, or use 127.0.0.1"
            )
        self._token = token.encode()
        self._names = _LOCAL_NAMES | {name.lower() for name in allowed_hosts}

    def refusal_of_request(self, host: str | None, origin: str | None) -> str:
        """Why a request is refused, "" when it is not.

        Args:
            host: the Host header.
            origin: the Origin header; None from programs that are no browsers, and for plain page loads.
        """
        if not self._knows(_name_in(f"//{host}") if host else None):
            return f"Host {host!r} is not a name of this machine"
        if origin is not None and urlsplit(origin).netloc.lower() != (host or "").lower():
            return f"Origin {origin!r} is another site"
        return ""

    def allows_token(self, token: str) -> bool:
        """Whether a client that opens the socket may stay, compared in constant time."""
        return not self._token or hmac.compare_digest(token.encode(), self._token)

    def _knows(self, name: str | None) -> bool:
        if name is None:
            return False
        if name in self._names:
            return True
        # an address typed as numbers cannot have been rebound; its owner has to know the token
        return not self.is_local and _is_address(name)


def _name_in(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
