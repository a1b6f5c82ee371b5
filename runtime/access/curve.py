"""CurveGate: only clients with a known key can connect to this runtime's ZeroMQ sockets (CURVE).

    with CurveGate(context, keys_folder()) as gate:
        gate.guard(socket)              # before bind

Source: ZeroMQ RFC 26 (CurveZMQ: encryption, the server proves itself) and 27 (ZAP: the list of clients).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import zmq
from zmq.auth.thread import ThreadAuthenticator

from protocol.errors import KeyFileError
from protocol.keys import NOT_PRIVATE, ServerKey, read_allowed, read_server_key
from runtime.errors import ConfigError

#: A client that has not finished its handshake after this time is disconnected.
HANDSHAKE_MS: Final = 5000
HEARTBEAT_MS: Final = 2000


class RuntimeKeys:
    """The runtime's own keys and the list of client keys, read once; immutable.

    Attributes:
        allowed: name -> public key, Z85.
    """

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            ConfigError: there are no keys yet, or the list is empty; says what to do.
        """
        try:
            self.server: ServerKey = read_server_key(folder)
            self.allowed = read_allowed(folder)
        except KeyFileError as error:
            if error.reason == NOT_PRIVATE:
                raise ConfigError(f"a file of keys is not private: {error.detail}") from error
            raise ConfigError(
                f"other machines need keys ({error.detail}); make one: omote keys add NAME"
            ) from error
        if not self.allowed:
            raise ConfigError(f"no key is let in yet ({folder}); make one: omote keys add NAME")
        self._known = frozenset(public.encode() for public in self.allowed.values())

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a client with this public key may connect; called by the authenticator's thread."""
        return key in self._known


class CurveGate:
    """Authenticates the clients of one ZeroMQ context. Made and closed on one thread; works on a thread of its own."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], keys: RuntimeKeys) -> None:
        self._keys = keys
        # its default log reports every client at INFO
        self._authenticator = ThreadAuthenticator(context, log=logging.getLogger("runtime.access.curve"))
        self._authenticator.start()
        self._authenticator.configure_curve_callback(domain="*", credentials_provider=keys)

    def guard(self, opened: zmq.Socket[bytes]) -> None:
        """Require a known key from the clients of a socket; call it before `bind`."""
        opened.curve_server = True
        opened.curve_secretkey = self._keys.server.secret.encode()
        opened.curve_publickey = self._keys.server.public.encode()
        opened.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
        opened.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT_MS)

    def close(self) -> None:
        """End the thread; call it before the context is terminated. May be called twice."""
        self._authenticator.stop()
