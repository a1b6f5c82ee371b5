"""Sources: every face that any tracker reports -> ControlMessages, sent; and how each of them is doing.

    sources = Sources(publisher, profiles=Profiles(), say=print)
    sources.receive("livelink", observation, now_ns)     # for each observation: calibrated and sent at once
    sources.check(now_ns)                              # about ten times a second: who fell silent
    for report in sources.report(now_ns): ...         # once a second

A source is lost when its tracker says so or when nothing is heard of it for `LOST_NS`. That is said once, and
nothing is sent for it any more: the runtime fades it out when its last messages' time to live is over.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from bridge.calibration.profile import Profiles
from bridge.errors import CalibrationError
from bridge.observation import Observation
from bridge.sending.publisher import ControlPublisher
from bridge.sending.sender_clock import SenderClock
from bridge.sending.source_messages import DRIVEN_LAYERS, SourceMessages
from bridge.sending.steady_clock import SteadyClock
from protocol.codec import MAX_SOURCE, Refusal
from protocol.messages import LayerName

#: As many as the runtime has room for; more would be refused there.
MAX_SOURCES: Final = 64
LOST_NS: Final = 400_000_000
#: A source that comes and goes is not worth a line each time.
_SAY_NS: Final = 2_000_000_000
#: Nor are very many sources: so many lines at once, then one in this time.
_MOST_LINES: Final = 16.0
_LINE_NS: Final = 1_000_000_000
#: How long nobody may take what is sent before it is said.
_ALONE_NS: Final = 1_000_000_000
#: A sender's address and port within a source's name.
_ADDRESS: Final = re.compile(r":(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}(?=:|$)")
_SHORTEST_NS: Final = 1_000_000  # a period that a rate can be told of


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source since the last report.

    Attributes:
        source, tracker: its name in the runtime, and who reports it.
        fps: observations a second.
        layers: those that it drove.
        is_live: whether it drives anything now.
        lost: how often it was lost, since the start.
        age_s: since it was heard last.
    """

    source: str
    tracker: str
    fps: float
    layers: tuple[LayerName, ...]
    is_live: bool
    lost: int
    age_s: float


@dataclass(slots=True)
class _Source:
    tracker: str
    driver: str
    messages: SourceMessages
    clock: SenderClock = field(default_factory=SenderClock)
    heard_ns: int = 0
    is_live: bool = False
    why: str = ""
    said_live: bool = False
    said_ns: int = 0
    lost: int = 0
    count: int = 0
    layers: set[LayerName] = field(default_factory=set)


class Sources:
    """All sources, at most `MAX_SOURCES`. Belongs to one thread; time is an argument.

    Attributes:
        clock: what every `now_ns` comes from.
        observed: observations taken since the start.
        refused: (tracker, reason) -> count since the start; `refuse` adds what trackers refuse.
        details: the last detail of each of them.
    """

    def __init__(
        self,
        publisher: ControlPublisher,
        *,
        profiles: Profiles,
        say: Callable[[str], None],
        layers: tuple[LayerName, ...] = DRIVEN_LAYERS,
        mirror: bool = False,
        rename: str | None = None,
    ) -> None:
        """Args:
        publisher: where messages go; it stays the caller's.
        say: takes a line of text when something changes.
        layers: what to drive.
        mirror: avatars move like mirror pictures.
        rename: stands in place of the tracker's name in every source's name.
        """
        self.clock = SteadyClock()
        self.observed = 0
        self.refused: Counter[tuple[str, str]] = Counter()
        self.details: dict[tuple[str, str], str] = {}
        self._publisher = publisher
        self._profiles = profiles
        self._say = say
        self._layers = layers
        self._mirror = mirror
        self._rename = rename
        self._sources: dict[str, _Source] = {}
        self._reported_ns = self.clock.now_ns()
        self._taken_ns = self._reported_ns
        self._is_alone = False
        self._lines_left = _MOST_LINES
        self._lines_ns = self._reported_ns

    def receive(self, tracker: str, observation: Observation, now_ns: int) -> None:
        """Calibrate and send one observation.

        Args:
            tracker: who made it, by its name.
            now_ns: of `clock`.
        """
        source = self._sources.get(observation.source)
        if source is None:
            source = self._begin(tracker, observation.source, now_ns)
            if source is None:
                return
        self.observed += 1
        source.heard_ns = now_ns
        source.count += 1
        if not observation.is_face:
            if source.is_live:
                self._lose(source, "its tracker sees no face")
            return
        source.is_live = True
        received_ns = observation.receive_time_ns or now_ns
        captured_ns = source.clock.ours(observation.sender_time_ns, received_ns)
        messages = source.messages(
            observation, time_s=now_ns / 1e9, capture_time_ns=max(self.clock.unix_ns(captured_ns), 0)
        )
        for message in messages:
            source.layers.add(message.layer)
        if self._publisher.send(messages):
            self._taken_ns = now_ns
        if not source.said_live and not source.said_ns:
            self._say_state(source, now_ns)

    def refuse(self, tracker: str, refusals: Iterable[Refusal]) -> None:
        """Count what a tracker refused."""
        for reason, detail in refusals:
            key = (tracker, reason)
            self.refused[key] += 1
            self.details[key] = detail

    def check(self, now_ns: int) -> None:
        """Notice who fell silent and whether anybody takes what is sent, and say what changed."""
        for source in self._sources.values():
            if source.is_live and now_ns - source.heard_ns > LOST_NS:
                self._lose(source, "nothing is heard of it")
            if source.is_live != source.said_live and now_ns - source.said_ns > _SAY_NS:
                self._say_state(source, now_ns)
        self._publisher.send(())  # what nobody took yet, if anything waits
        is_sending = any(source.is_live for source in self._sources.values())
        if not is_sending:
            self._taken_ns = max(self._taken_ns, now_ns - _ALONE_NS // 2)
        is_alone = now_ns - self._taken_ns > _ALONE_NS
        if is_alone and not self._is_alone:
            self._say(f"nobody listens at {self._publisher.address}; start the runtime with: omote run")
        elif self._is_alone and not is_alone and is_sending:
            self._say(f"somebody listens at {self._publisher.address} now")
        self._is_alone = is_alone or (self._is_alone and not is_sending)

    def report(self, now_ns: int) -> list[SourceReport]:
        """How every source did since the last report, the oldest first."""
        self.clock.follow()
        period_s = max(now_ns - self._reported_ns, _SHORTEST_NS) / 1e9
        self._reported_ns = now_ns
        reports = []
        for source in self._sources.values():
            reports.append(
                SourceReport(
                    source=source.driver,
                    tracker=source.tracker,
                    fps=source.count / period_s,
                    layers=tuple(layer for layer in DRIVEN_LAYERS if layer in source.layers),
                    is_live=source.is_live,
                    lost=source.lost,
                    age_s=(now_ns - source.heard_ns) / 1e9,
                )
            )
            source.count = 0
            source.layers.clear()
        return reports

    @property
    def is_taken(self) -> bool:
        """Whether somebody takes what is sent, as far as anything is."""
        return not self._is_alone

    def _begin(self, tracker: str, name: str, now_ns: int) -> _Source | None:
        if not 1 <= len(name) <= MAX_SOURCE or not name.isprintable() or name.isspace():
            self.refuse(tracker, [Refusal("bad source", f"{name[:80]!r} is no name for a source")])
            return None
        if len(self._sources) >= MAX_SOURCES:
            silent = [key for key, source in self._sources.items() if not source.is_live]
            if not silent:
                self.refuse(
                    tracker, [Refusal("too many sources", f"{name!r} is beyond the first {MAX_SOURCES}")]
                )
                return None
            del self._sources[min(silent, key=lambda key: self._sources[key].heard_ns)]
        driver = self._driver(tracker, name)
        try:
            profile = self._profiles.of(tracker, driver)
        except CalibrationError as error:
            self.refuse(tracker, [Refusal("bad profile", str(error))])
            return None
        source = _Source(
            tracker,
            driver,
            SourceMessages(
                profile,
                source=driver,
                layers=self._layers,
                mirror=self._mirror,
                # Milliseconds rise faster than faces come, so a restarted driver is above its last number.
                first_sequence=time.time_ns() // 1_000_000,
            ),
        )
        self._sources[name] = source
        return source

    def _driver(self, tracker: str, name: str) -> str:
        """A source's name in the runtime: without the sender's port, so that it is the same next time.

        Renamed, it goes without the sender's address too. Where that names somebody who is live already, as
        when two programs of one host send at the same time, the later one keeps more of its name.
        """
        full = name if self._rename is None else self._rename + name.removeprefix(tracker)
        shorter = [_ADDRESS.sub(r":\1", full)]
        if self._rename is not None:
            shorter.insert(0, _ADDRESS.sub("", full))
        holders = {source.driver: known for known, source in self._sources.items()}
        for driver in shorter:
            driver = driver[:MAX_SOURCE]
            if driver not in holders:
                return driver
            if not self._sources[holders[driver]].is_live:
                del self._sources[holders[driver]]
                return driver
        return full[:MAX_SOURCE]

    def _lose(self, source: _Source, why: str) -> None:
        source.is_live = False
        source.lost += 1
        source.why = why
        self._publisher.forget(source.driver)

    def _say_state(self, source: _Source, now_ns: int) -> None:
        """Say how it is with a source, or leave it for later where many have changed lately."""
        self._lines_left = min(self._lines_left + (now_ns - self._lines_ns) / _LINE_NS, _MOST_LINES)
        self._lines_ns = now_ns
        if self._lines_left < 1.0:
            return
        self._lines_left -= 1.0
        shown = source.driver
        if not source.is_live:
            self._say(f"{shown}: lost, {source.why}; nothing is sent for it until it comes back")
        elif source.said_ns:
            self._say(f"{shown}: back again")
        else:
            self._say(f"{shown}: heard, drives {', '.join(sorted(source.layers)) or 'nothing yet'}")
        source.said_live, source.said_ns = source.is_live, now_ns
