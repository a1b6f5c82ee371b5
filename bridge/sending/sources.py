"""Sources: every network tracker's observations -> ControlMessages, sent; and the state of each source.

    sources = Sources(publisher, profiles=Profiles(), say=print)
    sources.receive("livelink", observation, now_ns)  # for each observation: calibrated and sent at once
    sources.check(now_ns)                             # about ten times a second: detects lost sources
    for report in sources.report(now_ns): ...         # once a second

A source is lost when its tracker reports no face, or after `LOST_NS` without an observation. That is printed once,
and nothing is sent for it any more: the runtime fades it out when the time to live of its last messages ends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from bridge.calibration.profile import Profiles
from bridge.errors import CalibrationError
from bridge.observation import Observation
from bridge.sending.publisher import ControlPublisher
from bridge.sending.rate_limit import RateLimit
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.sender_clock import SenderClock
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import DRIVEN_LAYERS, SourceMessages
from bridge.sending.source_sender import SourceSender
from bridge.sending.steady_clock import SteadyClock
from protocol.codec import MAX_SOURCE, Refusal
from protocol.messages import LayerName

#: The runtime's own limit; it would refuse more.
MAX_SOURCES: Final = 64
LOST_NS: Final = 400_000_000
#: At least this long between two lines about the same source.
_SAY_NS: Final = 2_000_000_000
#: Rate limit of the lines about all sources: so many at once, then one per `_LINE_NS`.
_MAX_LINES: Final = 16
_LINE_NS: Final = 1_000_000_000
#: A sender's address and port within a source's name.
_ADDRESS: Final = re.compile(r"([: ])(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]{2,45}\]):\d{1,5}(?=:|$)")
#: The shortest period that a rate is computed over.
_SHORTEST_NS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source since the last report.

    Attributes:
        source, tracker: its name in the runtime, and the tracker that reports it.
        fps: observations per second.
        layers: those that it drove.
        is_live: whether it drives anything now.
        lost: how often it was lost, since the start.
        age_s: seconds since its last observation.
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
    """One source: `sender` sends it, the rest is for reports.

    Attributes:
        heard_ns: time of the last observation. count: observations since the last report.
        said_live, said_ns: the state that was printed last, and when; 0 = never.
    """

    tracker: str
    sender: SourceSender
    clock: SenderClock = field(default_factory=SenderClock)
    heard_ns: int = 0
    count: int = 0
    said_live: bool = False
    said_ns: int = 0


class Sources:
    """All sources of a hub, at most `MAX_SOURCES`. An `ObservationReceiver`.

    Belongs to one thread; time is an argument.

    Attributes:
        clock: every `now_ns` is a time of this clock.
        observed: observations received since the start.
        refused: (tracker, reason) -> count since the start.
        details: (tracker, reason) -> the detail of the newest refusal.
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
        """No sources yet; each one is added by its first observation.

        Args:
            publisher: sends the messages; the caller keeps and closes it.
            say: takes one line of text when something changes.
            layers: the layers to drive.
            mirror: avatars move like mirror images.
            rename: replaces the tracker's name in every source's name.
        """
        self.clock = SteadyClock()
        self.observed = 0
        self.refused: Counter[tuple[str, str]] = Counter()
        self.details: dict[tuple[str, str], str] = {}
        self._link = RuntimeLink(publisher, say=say)
        self._profiles = profiles
        self._say = say
        self._layers = layers
        self._mirror = mirror
        self._rename = rename
        self._sources: dict[str, _Source] = {}
        self._reported_ns = self.clock.now_ns()
        self._line_limit = RateLimit(burst=_MAX_LINES, interval_ns=_LINE_NS)

    def receive(self, tracker: str, observation: Observation, now_ns: int) -> None:
        """Calibrate and send one observation.

        Args:
            tracker: the name of the tracker that made it.
            now_ns: of `clock`.
        """
        source = self._sources.get(observation.source)
        if source is None:
            source = self._add(tracker, observation.source)
            if source is None:
                return
        self.observed += 1
        source.heard_ns = now_ns
        source.count += 1
        captured_ns = source.clock.ours(observation.sender_time_ns, observation.receive_time_ns or now_ns)
        source.sender.receive(
            observation,
            now_ns=now_ns,
            time_s=now_ns / 1e9,
            capture_time_ns=max(self.clock.unix_ns(captured_ns), 0),
        )
        if observation.is_face and not source.said_ns:
            self._say_state(source, now_ns)

    def refuse(self, tracker: str, refusals: Iterable[Refusal]) -> None:
        """Count what a tracker refused."""
        for reason, detail, times in refusals:
            key = (tracker, reason)
            self.refused[key] += times
            self.details[key] = detail

    def check(self, now_ns: int) -> None:
        """Detect lost sources, print changed states, and retry messages that the runtime has not taken yet."""
        for source in self._sources.values():
            is_live = source.sender.is_live
            if is_live and now_ns - source.heard_ns > LOST_NS:
                source.sender.lose("nothing was received from it")
                is_live = False
            if is_live != source.said_live and now_ns - source.said_ns > _SAY_NS:
                self._say_state(source, now_ns)
        self._link.retry()

    def report(self, now_ns: int) -> list[SourceReport]:
        """The state of every source since the last report, the oldest source first."""
        self.clock.follow()
        period_s = max(now_ns - self._reported_ns, _SHORTEST_NS) / 1e9
        self._reported_ns = now_ns
        reports = []
        for source in self._sources.values():
            sender = source.sender
            reports.append(
                SourceReport(
                    source=sender.driver,
                    tracker=source.tracker,
                    fps=source.count / period_s,
                    layers=tuple(layer for layer in DRIVEN_LAYERS if layer in sender.layers),
                    is_live=sender.is_live,
                    lost=sender.lost,
                    age_s=(now_ns - source.heard_ns) / 1e9,
                )
            )
            source.count = 0
            sender.layers.clear()
        return reports

    @property
    def is_taken(self) -> bool:
        """Whether a runtime receives the messages, as far as any are sent."""
        return self._link.is_taken

    def _add(self, tracker: str, name: str) -> _Source | None:
        """A new source, in place of the lost one heard longest ago where there are too many; None if refused."""
        if not 1 <= len(name) <= MAX_SOURCE or not name.isprintable() or name.isspace():
            self.refuse(tracker, [Refusal("bad source", f"{name[:80]!r} is not a valid source name")])
            return None
        if len(self._sources) >= MAX_SOURCES:
            lost = [key for key, source in self._sources.items() if not source.sender.is_live]
            if not lost:
                self.refuse(
                    tracker, [Refusal("too many sources", f"{name!r} is beyond the first {MAX_SOURCES}")]
                )
                return None
            del self._sources[min(lost, key=lambda key: self._sources[key].heard_ns)]
        driver = self._driver(tracker, name)
        try:
            profile = self._profiles.of(tracker, driver)
        except CalibrationError as error:
            self.refuse(tracker, [Refusal("bad profile", str(error))])
            return None
        messages = SourceMessages(
            profile,
            source=driver,
            layers=self._layers,
            mirror=self._mirror,
            first_sequence=first_sequence(),
        )
        source = self._sources[name] = _Source(tracker, SourceSender(messages, self._link))
        return source

    def _driver(self, tracker: str, name: str) -> str:
        """A source's name in the runtime, without the sender's port, so that it stays the same after a restart.

        With `rename` the sender's address is left out too, unless the name without it belongs to another live source.
        Where that is so with the address, as when two programs of one host send at the same time, a number is added.
        """
        full = name if self._rename is None else self._rename + name.removeprefix(tracker)
        shorter = [_ADDRESS.sub(r"\1\2", full)]
        if self._rename is not None:
            shorter.insert(0, _ADDRESS.sub("", full))
        base = shorter[-1]
        for number in range(2, MAX_SOURCES + 2):
            suffix = f" ({number})"
            shorter.append(base[: MAX_SOURCE - len(suffix)] + suffix)
        known = {source.sender.driver: key for key, source in self._sources.items()}
        for driver in shorter:
            driver = driver[:MAX_SOURCE]
            if driver not in known:
                return driver
            if not self._sources[known[driver]].sender.is_live:
                del self._sources[known[driver]]
                return driver
        return full[:MAX_SOURCE]

    def _say_state(self, source: _Source, now_ns: int) -> None:
        """Print a source's state; later, where the rate limit is reached."""
        if not self._line_limit.allows(now_ns):
            return
        sender = source.sender
        if not sender.is_live:
            self._say(
                f"{sender.driver}: lost, {sender.loss_reason}; nothing is sent for it until it comes back"
            )
        elif source.said_ns:
            self._say(f"{sender.driver}: back again")
        else:
            layers = ", ".join(sorted(sender.layers)) or "nothing yet"
            self._say(f"{sender.driver}: connected, drives {layers}")
        source.said_live, source.said_ns = sender.is_live, now_ns
