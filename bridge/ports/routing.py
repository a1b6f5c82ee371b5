"""Router: assigns each datagram to a tracker, and drops datagrams that a newer one of the same sender replaces.

A port has one owner, several or none. With detection the format of the bytes decides; without it the port's first
owner gets everything, and a refused datagram in another tracker's format is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from bridge.ports.detection import trackers_for
from bridge.ports.udp_port import Datagram
from bridge.trackers.network_tracker import DatagramTracker

#: Waiting datagrams kept per sender of whole states: each of several faces may have its own datagram.
KEEP_NEWEST: Final = 8


class Routed(NamedTuple):
    """A datagram and its tracker; None = unknown format."""

    tracker: DatagramTracker | None
    datagram: Datagram


class Router:
    """Belongs to one thread.

    Attributes:
        mixed_up: (owner of the port, tracker of the format) -> number of datagrams.
        passed_over: tracker -> number of datagrams dropped for a newer one of the same sender.
    """

    def __init__(
        self, trackers: Sequence[DatagramTracker], say: Callable[[str], None], *, is_detecting: bool
    ) -> None:
        """A router with all counts at zero.

        Args:
            trackers: all that a datagram may be assigned to.
            say: takes one line of text, once per pair of `mixed_up`.
            is_detecting: whether the format decides instead of the port.
        """
        self.mixed_up: Counter[tuple[str, str]] = Counter()
        self.passed_over: Counter[str] = Counter()
        self._say = say
        self._is_detecting = is_detecting
        self._by_name = {tracker.name: tracker for tracker in trackers}

    def route(self, owners: Sequence[DatagramTracker], datagrams: Sequence[Datagram]) -> list[Routed]:
        """Assign the datagrams that waited at one port, keeping their order."""
        if self._is_detecting or not owners:
            routed = [Routed(self._tracker_for(owners, datagram), datagram) for datagram in datagrams]
        else:
            routed = [Routed(owners[0], datagram) for datagram in datagrams]
        return routed if len(routed) <= KEEP_NEWEST else self._newest(routed)

    def refused(self, tracker: DatagramTracker, datagram: Datagram) -> None:
        """Report, once, that a refused datagram is in another tracker's format, and what to do."""
        if self._is_detecting:
            return
        others = trackers_for(datagram.data)
        if others and tracker.name not in others:
            mix_up = (tracker.name, others[0])
            self.mixed_up[mix_up] += 1
            if self.mixed_up[mix_up] == 1:
                self._say(
                    f"{datagram.host} sends {others[0]} to the port of {tracker.name}; receive it with: "
                    f"omote-bridge {others[0]}, or every format with: omote-bridge auto"
                )

    def _tracker_for(self, owners: Sequence[DatagramTracker], datagram: Datagram) -> DatagramTracker | None:
        """An owner of the port that reads the format, else any tracker that does, else the owner, which refuses it."""
        names = trackers_for(datagram.data)
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
        """Keep the newest KEEP_NEWEST datagrams of senders of whole states, and all of other senders."""
        kept: list[Routed] = []
        count: Counter[tuple[str, str, int]] = Counter()
        for one in reversed(routed):
            if one.tracker is not None and one.tracker.is_whole:
                sender = (one.tracker.name, one.datagram.host, one.datagram.port)
                count[sender] += 1
                if count[sender] > KEEP_NEWEST:
                    self.passed_over[one.tracker.name] += 1
                    continue
            kept.append(one)
        return kept[::-1]
