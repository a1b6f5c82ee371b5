"""Access: which requests the panel's server accepts, by Host, Origin and token.

Any web site can make a browser send requests to 127.0.0.1. Either directly: then the Origin header names the site. Or
after it has pointed its own host name at 127.0.0.1 (DNS rebinding): then the Host header has that name. So requests whose
Host is not a name of this machine are refused, and so are requests of pages that this server did not serve.

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
MAX_SHOWN: Final = 120  # characters of a header that are quoted
_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Access:
    """The rules for one bound address. Immutable; any thread may call it."""

    def __init__(self, *, host: str, token: str = "", allowed_hosts: tuple[str, ...] = ()) -> None:
        """Check the settings.

        Args:
            host: the address that the server binds.
            token: every client must send it; "" = none is needed.
            allowed_hosts: further host names of this server.

        Raises:
            ConfigError: other machines can reach the address, and the token is too short.
        """
        self.is_local: Final = is_loopback(host)
        if not self.is_local and len(token) < MIN_TOKEN:
            raise ConfigError(
                f"the panel on {host} can be opened by anyone on the network, and its token has "
                f"{len(token)} characters; set a token of at least {MIN_TOKEN}, or use 127.0.0.1"
            )
        self._token = token.encode()
        own = {host} if self.is_local else set()  # such as 127.0.0.2
        self._names = _LOCAL_NAMES | own | {name.lower() for name in allowed_hosts}

    def refusal_of_request(self, host: str | None, origin: str | None) -> str:
        """The reason why a request is refused; "" = it is accepted.

        Args:
            host: the Host header.
            origin: the Origin header; None for page loads, and from programs that are not browsers.
        """
        if not self._knows(_name_in(host) if host else None):
            return f"Host {(host or '')[:MAX_SHOWN]!r} is not a name of this machine"
        if origin is not None and _site_of(origin) != (host or "").lower():
            return f"Origin {origin[:MAX_SHOWN]!r} is another site"
        return ""

    def allows_token(self, token: str) -> bool:
        """Whether the token is right, compared in constant time; always true where none is needed."""
        return not self._token or hmac.compare_digest(token.encode(), self._token)

    def _knows(self, name: str | None) -> bool:
        if name is None:
            return False
        if name in self._names:
            return True
        # a numeric address cannot be rebound; these clients need the token
        return not self.is_local and _is_address(name)


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach an address: localhost, ::1, or any of 127.0.0.0/8."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _name_in(host: str) -> str | None:
    """The name or address in a Host header, in lower case; None if it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _site_of(origin: str) -> str | None:
    """Host and port of an Origin header, in lower case; None if it is malformed."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
