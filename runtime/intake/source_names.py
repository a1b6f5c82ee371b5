"""SourceNames: which peer may drive a layer under which name, so that no driver can be imitated or locked out.

names = SourceNames()
names.claim("tcp 3", "pose", "webcam", now_s)        # "webcam"
names.claim("tcp 4", "pose", "webcam", now_s)        # "webcam (2)": the first one still drives under its name
names.release("tcp 3")                               # it disconnected: the next peer may be "webcam"

A driver is known by transport, peer and name. On each layer a name belongs to the first peer that uses it, until
that peer disconnects, or is silent for `SILENCE_S` over UDP: another peer of the same name becomes a driver of its
own. The panel's name cannot be taken. UDP has no connections, and a script may send every datagram from another
port: there a peer is a host.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Final

from protocol.codec import MAX_SOURCE

PANEL: Final = "panel"
#: A UDP peer keeps its names this long after its last message.
SILENCE_S: Final = 5.0
#: A UDP peer heard for this long is known: strangers cannot displace it.
KNOWN_AFTER_S: Final = 2.0
#: Names on layers, of all peers; of one connection (a bridge with every tracker has about sixty); of all UDP
#: peers together, who prove nothing and can come from any port; of one UDP port.
MAX_NAMES: Final = 512
MAX_NAMES_A_PEER: Final = 96
MAX_UDP_NAMES: Final = 192
MAX_NAMES_A_PORT: Final = 24

_Key = tuple[str, str]  # layer, name
_UDP: Final = "udp"
_NUMBERED: Final = re.compile(r" \(\d+\)")


@dataclass(slots=True)
class _Holder:
    """The peer that uses a name on a layer."""

    peer: str
    wanted: str
    origin: str
    since_s: float
    heard_s: float

    @property
    def is_udp(self) -> bool:
        return self.peer.startswith(_UDP)


class SourceNames:
    """Any thread may call it. Peers are called "TRANSPORT WHO", such as "tcp 3", "udp 127.0.0.1" or "panel 1"."""

    def __init__(self) -> None:
        """Begin without names."""
        self._lock = threading.Lock()
        self._holders: dict[_Key, _Holder] = {}
        self._of_peer: dict[str, dict[_Key, str]] = {}  # peer -> layer, wanted name -> the name in use

    def claim(self, peer: str, layer: str, wanted: str, now_s: float, *, origin: str = "") -> str | None:
        """The name that a peer's messages of a source drive a layer under; None: there is no room for it.

        Args:
            peer: who sends.
            layer: which layer is driven.
            wanted: the source that the message names.
            now_s: any clock that does not go back, seconds.
            origin: host and port that a UDP peer sends from.
        """
        with self._lock:
            own = self._of_peer.get(peer)
            name = own.get((layer, wanted)) if own is not None else None
            if name is not None:
                self._holders[layer, name].heard_s = now_s
                return name
            return self._begin(peer, layer, wanted, now_s, origin)

    def release(self, peer: str) -> None:
        """A peer has disconnected: its names are free."""
        with self._lock:
            for (layer, _), name in self._of_peer.pop(peer, {}).items():
                del self._holders[layer, name]

    def _begin(self, peer: str, layer: str, wanted: str, now_s: float, origin: str) -> str | None:
        own = self._of_peer.get(peer)
        if own is not None and len(own) >= MAX_NAMES_A_PEER and not origin:
            return None
        if origin and sum(h.origin == origin for h in self._holders.values()) >= MAX_NAMES_A_PORT:
            return None
        name = self._free_name(peer, layer, wanted, now_s)
        if name is None or not self._has_room(peer, now_s):
            return None
        self._holders[layer, name] = _Holder(peer, wanted, origin, now_s, now_s)
        self._of_peer.setdefault(peer, {})[layer, wanted] = name
        return name

    def _free_name(self, peer: str, layer: str, wanted: str, now_s: float) -> str | None:
        """The wanted name, or with a number behind it while another peer uses it."""
        first = 2 if wanted == PANEL and not peer.startswith(PANEL) else 1
        for number in range(first, MAX_NAMES):
            suffix = f" ({number})" if number > 1 else ""
            name = wanted[: MAX_SOURCE - len(suffix)] + suffix
            holder = self._holders.get((layer, name))
            if holder is None:
                return name
            if holder.is_udp and now_s - holder.heard_s > SILENCE_S:
                self._forget((layer, name))
                return name
        return None

    def _has_room(self, peer: str, now_s: float) -> bool:
        """Whether one more name fits; a silent or unknown UDP peer's name gives way."""
        udp = [key for key, holder in self._holders.items() if holder.is_udp]
        is_udp_full = peer.startswith(_UDP) and len(udp) >= MAX_UDP_NAMES
        if len(self._holders) < MAX_NAMES and not is_udp_full:
            return True
        weak = [key for key in udp if self._is_weak(self._holders[key], now_s)]
        if not weak:
            return False
        self._forget(min(weak, key=lambda key: self._holders[key].heard_s))
        return True

    @staticmethod
    def _is_weak(holder: _Holder, now_s: float) -> bool:
        return now_s - holder.heard_s > SILENCE_S or holder.heard_s - holder.since_s < KNOWN_AFTER_S

    def _forget(self, key: _Key) -> None:
        holder = self._holders.pop(key)
        own = self._of_peer[holder.peer]
        del own[key[0], holder.wanted]
        if not own:
            del self._of_peer[holder.peer]


def is_named(source: str, asked: str) -> bool:
    """Whether a driver's source is the asked one, or the asked one with a number behind it."""
    rest = source.removeprefix(asked)
    return rest == "" or (source.startswith(asked) and _NUMBERED.fullmatch(rest) is not None)
