"""Router: which tracker takes a datagram, and which datagrams nobody needs to look at any more.

A port belongs to one tracker, or to several, or to nobody. With detection, whose format the bytes have decides;
without, the port's owner takes everything, and what it refuses may get a word about whose it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from bridge.ports.detection import takers_of
from bridge.ports.udp_port import Datagram
from bridge.trackers.network_tracker import DatagramTracker

#: A sender of whole faces that is behind keeps this many: several faces may come in a datagram each.
KEEP_NEWEST: Final = 8


class Routed(NamedTuple):
    """A datagram and who takes it; None = nobody knows its format."""

    taker: DatagramTracker | None
    datagram: Datagram


class Router:
    """Belongs to one thread.

    Attributes:
        mixed_up: (owner of the port, whose format came) -> datagrams.
        passed_over: tracker -> datagrams that a newer one of the same sender made worthless.
    """

    def __init__(
        self, trackers: Sequence[DatagramTracker], say: Callable[[str], None], *, is_detecting: bool
    ) -> None:
        """Args:
        trackers: who may take something.
        say: takes a line of text, once for each mix-up.
        is_detecting: whether formats decide.
        """
        self.mixed_up: Counter[tuple[str, str]] = Counter()
        self.passed_over: Counter[str] = Counter()
        self._say = say
        self._is_detecting = is_detecting
        self._by_name = {tracker.name: tracker for tracker in trackers}

    def route(self, owners: Sequence[DatagramTracker], datagrams: Sequence[Datagram]) -> list[Routed]:
        """Who takes what of that which waited at one port, in order."""
        if self._is_detecting or not owners:
            routed = [Routed(self._taker(owners, datagram), datagram) for datagram in datagrams]
        else:
            routed = [Routed(owners[0], datagram) for datagram in datagrams]
        return routed if len(routed) <= KEEP_NEWEST else self._newest(routed)

    def refused(self, taker: DatagramTracker, datagram: Datagram) -> None:
        """Its taker refused it: where it is another tracker's, say so once, and what to do."""
        if self._is_detecting:
            return
        others = takers_of(datagram.data)
        if others and taker.name not in others:
            mix_up = (taker.name, others[0])
            self.mixed_up[mix_up] += 1
            if self.mixed_up[mix_up] == 1:
                self._say(
                    f"{datagram.host} sends {others[0]} to the port of {taker.name}; take it with: "
                    f"omote-bridge {others[0]}, or all there is with: omote-bridge auto"
                )

    def _taker(self, owners: Sequence[DatagramTracker], datagram: Datagram) -> DatagramTracker | None:
        """An owner of the port that reads it, else whoever does, else the owner, to say no."""
        names = takers_of(datagram.data)
        for owner in owners:
            if owner.name in names:
                return owner
        for name in names:
            if name in self._by_name:
                if owners:
                    self.mixed_up[owners[0].name, name] += 1
                return self._by_name[name]
        return owners[0] if owners else None

    def _newest(self, routed: list[Routed]) -> list[Routed]:
        """Of senders whose every datagram says everything only the newest few; of others all."""
        kept: list[Routed] = []
        count: Counter[tuple[str, str, int]] = Counter()
        for one in reversed(routed):
            if one.taker is not None and one.taker.is_whole:
                sender = (one.taker.name, one.datagram.host, one.datagram.port)
                count[sender] += 1
                if count[sender] > KEEP_NEWEST:
                    self.passed_over[one.taker.name] += 1
                    continue
            kept.append(one)
        return kept[::-1]
