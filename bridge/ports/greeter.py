"""Greeter: sends trackers' greetings to phones by name or address, and reports when they cannot be reached.

Names are resolved on the loop's executor, so that a slow name server delays no observation.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from bridge.ports.udp_port import UdpPort
from bridge.trackers.network_tracker import Greeting

#: A resolved name is looked up again after this long: phones get new addresses.
FRESH_S: Final = 30.0
#: After this long a failed look-up is repeated.
AGAIN_S: Final = 3.0


class Greeter:
    """Belongs to one asyncio loop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """A greeter that has resolved no names yet.

        Args:
            say: takes one line of text when a host becomes unreachable or reachable.
        """
        self._say = say
        self._addresses: dict[str, tuple[str, float]] = {}  # name -> address ("" = none), when to look again
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._trouble: dict[str, str] = {}

    def send(self, greeting: Greeting, port: UdpPort) -> None:
        """Send a greeting from this port. While its host is still being resolved nothing is sent."""
        host = greeting.host
        address, again_s = self._addresses.get(host, ("", 0.0))
        if asyncio.get_running_loop().time() >= again_s and host not in self._looking:
            self._looking[host] = asyncio.get_running_loop().create_task(self._look_up(host))
        if not address:
            return
        error = port.send(greeting.datagram, address, greeting.port)
        self._note(host, f"cannot be reached: {error.strerror or error}" if error else "")

    def close(self) -> None:
        """Cancel all look-ups."""
        for task in self._looking.values():
            task.cancel()

    async def _look_up(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
            # IPv4 first: phones' apps listen on IPv4, though their names have IPv6 addresses too.
            chosen = min(found, key=lambda one: one[0] != socket.AF_INET)
            self._addresses[host] = (str(chosen[4][0]), loop.time() + FRESH_S)
            self._note(host, "")
        except (OSError, UnicodeError) as error:
            known = self._addresses.get(host, ("", 0.0))[0]
            self._addresses[host] = (known, loop.time() + AGAIN_S)
            if not known:
                self._note(host, f"cannot be resolved ({error}); give the phone's address")
        finally:
            del self._looking[host]

    def _note(self, host: str, trouble: str) -> None:
        before = self._trouble.get(host, "")
        self._trouble[host] = trouble
        if trouble and not before:
            self._say(f"{host} {trouble}. It is retried every few seconds")
        elif before and not trouble:
            self._say(f"{host} can be reached now")
