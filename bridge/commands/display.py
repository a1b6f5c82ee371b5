"""What a user sees of a running hub: a live table on a terminal, plain lines elsewhere, or JSON for programs.

display = LinesDisplay(sys.stderr)
display.say("listening: livelink 11111")                        # when something happens
display.show(sources.report(now_ns), hub, sources)              # once a second
"""

from __future__ import annotations

from typing import Final, Protocol, TextIO

import msgspec
from rich.text import Text

from bridge.ports.hub import Hub
from bridge.sending.sources import SourceReport, Sources
from terminal.live_table import LiveTable, table

#: So many refused reasons and sources are shown; the rest is counted.
MOST: Final = 12
_HEAD: Final = ("SOURCE", "TRACKER", "FPS", "DRIVES", "LOST", "LAST HEARD")


class Display(Protocol):
    """Takes lines when something happens, and the state of everything once a second."""

    def say(self, line: str) -> None:
        """Something happened."""
        ...

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """A second is over."""
        ...

    def close(self) -> None:
        """Nothing more will be shown."""
        ...


class LinesDisplay:
    """A line a second while anything comes or is refused; silent otherwise."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._before: dict[tuple[str, str], int] = {}

    def say(self, line: str) -> None:
        """Print it."""
        print(line, file=self._out, flush=True)

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Who sends how often, and what was refused in this second."""
        live = [f"{r.source} {r.fps:.0f} fps" for r in reports if r.fps > 0]
        refused = [
            f"{tracker}: {reason} x{count - self._before.get((tracker, reason), 0)} "
            f"({sources.details[tracker, reason]})"
            for (tracker, reason), count in sources.refused.items()
            if count > self._before.get((tracker, reason), 0)
        ]
        self._before = dict(sources.refused)
        parts = [", ".join(live)] if live else []
        if refused:
            parts.append("refused " + "; ".join(refused[:MOST]))
        if parts:
            self.say("; ".join(parts))

    def close(self) -> None:
        """Nothing is left on the screen."""


class TableDisplay:
    """A table that is drawn over itself; lines scroll above it."""

    def __init__(self, out: TextIO) -> None:
        self._table = LiveTable(out)

    def say(self, line: str) -> None:
        """Print it above the table."""
        self._table.say(line)

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Draw the table anew."""
        self._table.show(
            table(_HEAD, source_rows(reports), right=(2, 4)), Text("\n".join(notes(reports, hub, sources)))
        )

    def close(self) -> None:
        """Leave the last table on the screen."""
        self._table.close()


class JsonDisplay:
    """One JSON object a second for programs; lines go elsewhere."""

    def __init__(self, out: TextIO, lines: TextIO) -> None:
        self._out = out
        self._lines = lines

    def say(self, line: str) -> None:
        """Print it beside the JSON."""
        print(line, file=self._lines, flush=True)

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Everything that the table says, and nothing rounded away."""
        state = {
            "sources": reports,
            "ports": hub.open_ports,
            "received": hub.received,
            "passed_over": hub.router.passed_over,
            "refused": [
                {
                    "tracker": tracker,
                    "reason": reason,
                    "count": count,
                    "last": sources.details[tracker, reason],
                }
                for (tracker, reason), count in sources.refused.items()
            ],
            "mixed_up": [
                {"port_of": owner, "sends": taker, "count": count}
                for (owner, taker), count in hub.router.mixed_up.items()
            ],
            "is_taken": sources.is_taken,
        }
        self._out.write(msgspec.json.encode(state).decode() + "\n")
        self._out.flush()

    def close(self) -> None:
        """Nothing is left open."""


def source_rows(reports: list[SourceReport]) -> list[tuple[str, ...]]:
    """A row a source, live ones first, at most `MOST`."""
    rows: list[tuple[str, ...]] = []
    for report in sorted(reports, key=lambda report: (not report.is_live, report.source))[:MOST]:
        drives = " ".join(report.layers) if report.is_live else "lost"
        heard = f"{report.age_s:.1f} s ago" if report.age_s >= 0.1 else "now"
        rows.append((report.source, report.tracker, f"{report.fps:.0f}", drives, str(report.lost), heard))
    return rows


def notes(reports: list[SourceReport], hub: Hub, sources: Sources) -> list[str]:
    """What is worth knowing besides the table: what was refused, and what to do next."""
    lines = []
    if not reports:
        lines.append("no tracker has sent anything yet")
    if len(reports) > MOST:
        lines.append(f"and {len(reports) - MOST} more")
    for (owner, taker), count in hub.router.mixed_up.items():
        lines.append(f"{taker} comes to the port of {owner} ({count} datagrams); it is taken all the same")
    for (tracker, reason), count in list(sources.refused.items())[:MOST]:
        lines.append(f"refused, {tracker}: {reason} x{count}, last: {sources.details[tracker, reason]}")
    if not sources.is_taken:
        lines.append("no runtime takes the messages; start it with: omote run")
    return lines
