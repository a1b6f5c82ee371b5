"""SourceNames: which peer may drive under which name, so that no driver can be imitated or locked out by another.

names = SourceNames()
names.claim("tcp 3", "webcam", now_s)        # "webcam"
names.claim("tcp 4", "webcam", now_s)        # "webcam (2)": the first one still drives under its name
names.release("tcp 3")                       # it disconnected: the next peer may be "webcam"

A driver is known by transport, peer and name. A name belongs to the first peer that uses it, until that peer
disconnects or is silent for `SILENCE_S`: another peer of the same name becomes a driver of its own. Names that
belong to a transport ("panel", "osc:...", "vmc:...") cannot be taken by another one. UDP has no connections, and
a script may send every datagram from another port: there a peer is a host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocol.codec import MAX_SOURCE

#: A peer without a connection (UDP) keeps its names this long after its last message.
SILENCE_S: Final = 5.0
MAX_NAMES: Final = 256
#: One peer may drive under this many names: a bridge with every tracker has about twenty.
MAX_NAMES_A_PEER: Final = 32
#: All peers of a transport without connections together: they prove nothing and can come from any port.
MAX_UDP_NAMES: Final = 96
#: New names from one UDP port: one datagram cannot fill the table.
MAX_NAMES_A_PORT: Final = 8
#: A UDP peer heard for this long is known: strangers cannot displace it.
KNOWN_AFTER_S: Final = 2.0
_RESERVED: Final = ("panel", "osc:", "vmc:", "omote performance", "take player")


@dataclass(slots=True)
class _Name:
    """Who uses a name."""

    peer: str
    wanted: str
    origin: str
    since_s: float
    heard_s: float


class SourceNames:
    """Belongs to one thread. Peers are called "TRANSPORT WHO", such as "tcp 3" or "udp 127.0.0.1"."""

    def __init__(self) -> None:
        self._names: dict[str, _Name] = {}  # the name that is driven under -> who uses it
        self._of_peer: dict[str, dict[str, str]] = {}  # peer -> wanted -> the name that is driven under

    def claim(self, peer: str, wanted: str, now_s: float, origin: str = "") -> str | None:
        """The name that this peer's messages of a source drive under; None: it has too many names.

        Args:
            peer: who sends.
            wanted: the source that its message names.
            now_s: any clock that does not go back, seconds.
            origin: the port that a UDP peer sends from, with its host.
        """
        own = self._of_peer.get(peer)
        name = own.get(wanted) if own is not None else None
        if name is not None:
            self._names[name].heard_s = now_s
            return name
        if own is not None and len(own) >= MAX_NAMES_A_PEER and not origin:
            return None
        if origin and sum(used.origin == origin for used in self._names.values()) >= MAX_NAMES_A_PORT:
            return None
        name = self._free_name(peer, wanted, now_s)
        if name is None or not self._has_room(peer, now_s):
            return None
        self._names[name] = _Name(peer, wanted, origin, now_s, now_s)
        self._of_peer.setdefault(peer, {})[wanted] = name
        return name

    def release(self, peer: str) -> None:
        """A peer has disconnected; its names are free."""
        for name in self._of_peer.pop(peer, {}).values():
            del self._names[name]

    def _free_name(self, peer: str, wanted: str, now_s: float) -> str | None:
        """The wanted name, or with a number behind it while another peer uses it."""
        transport = peer.partition(" ")[0]
        if _belongs_elsewhere(wanted, transport):
            wanted = f"{transport}:{wanted}"[:MAX_SOURCE]
        for number in range(1, MAX_NAMES):
            suffix = f" ({number})" if number > 1 else ""
            name = wanted[: MAX_SOURCE - len(suffix)] + suffix
            used = self._names.get(name)
            if used is None:
                return name
            if used.peer.startswith("udp ") and now_s - used.heard_s > SILENCE_S:
                self._forget(name)
                return name
        return None

    def _has_room(self, peer: str, now_s: float) -> bool:
        """Whether one more name fits; a silent or unknown UDP peer's name gives way."""
        is_udp = peer.startswith("udp ")
        udp = [name for name, used in self._names.items() if used.peer.startswith("udp ")]
        if len(self._names) < MAX_NAMES and not (is_udp and len(udp) >= MAX_UDP_NAMES):
            return True
        weak = [name for name in udp if self._is_weak(self._names[name], now_s)]
        if not weak:
            return False
        self._forget(min(weak, key=lambda name: self._names[name].heard_s))
        return True

    def _is_weak(self, used: _Name, now_s: float) -> bool:
        return now_s - used.heard_s > SILENCE_S or used.heard_s - used.since_s < KNOWN_AFTER_S

    def _forget(self, name: str) -> None:
        used = self._names.pop(name)
        own = self._of_peer[used.peer]
        del own[used.wanted]
        if not own:
            del self._of_peer[used.peer]


def _belongs_elsewhere(wanted: str, transport: str) -> bool:
    """Whether a name is one that only another transport gives."""
    if transport == "udp":
        return wanted.startswith("panel") or wanted in _RESERVED
    return wanted.startswith(_RESERVED)
