"""Display: the state of a running hub, as a live table on a terminal, as plain lines elsewhere, or as JSON.

display = LinesDisplay(sys.stderr)
display.say("listening: livelink 11111")                        # when something happens
display.show(sources.report(now_ns), hub, sources)              # once a second
"""

from __future__ import annotations

from typing import Final, Protocol, TextIO

from rich.text import Text

from bridge.ports.hub import Hub
from bridge.sending.sources import SourceReport, Sources
from terminal.json_line import json_line
from terminal.live_table import LiveTable, table
from terminal.printable import printable

#: Most sources and refusal reasons shown; further ones are only counted.
MAX_ROWS: Final = 12
_HEAD: Final = ("SOURCE", "TRACKER", "FPS", "DRIVES", "LOST", "LAST HEARD")


class Display(Protocol):
    """Shows lines as events happen, and the state of all sources once a second. Belongs to one thread."""

    def say(self, line: str) -> None:
        """Show a line about an event."""
        ...

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Show the state of all sources; called once a second."""
        ...

    def close(self) -> None:
        """Finish the output."""
        ...


class LinesDisplay:
    """One line a second while datagrams arrive, and none otherwise."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._before: dict[tuple[str, str], int] = {}

    def say(self, line: str) -> None:
        """Print it."""
        print(printable(line), file=self._out, flush=True)

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Print the rates of the live sources, and what was refused in this second."""
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
            parts.append("refused " + "; ".join(refused[:MAX_ROWS]))
        if parts:
            self.say("; ".join(parts))

    def close(self) -> None:
        """Do nothing: every line is complete."""


class TableDisplay:
    """A table redrawn in place; event lines scroll above it."""

    def __init__(self, out: TextIO) -> None:
        self._table = LiveTable(out)

    def say(self, line: str) -> None:
        """Print it above the table."""
        self._table.say(line)

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Redraw the table."""
        self._table.show(
            table(_HEAD, source_rows(reports), right=(2, 4)), Text("\n".join(notes(reports, hub, sources)))
        )

    def close(self) -> None:
        """Leave the last table on the screen."""
        self._table.close()


class JsonDisplay:
    """One JSON object a second for programs; event lines go to another stream."""

    def __init__(self, out: TextIO, lines: TextIO) -> None:
        self._out = out
        self._lines = lines

    def say(self, line: str) -> None:
        """Print it to the other stream."""
        print(printable(line), file=self._lines, flush=True)

    def show(self, reports: list[SourceReport], hub: Hub, sources: Sources) -> None:
        """Write the state as one line of JSON, unrounded."""
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
                {"port_of": owner, "sends": sender, "count": count}
                for (owner, sender), count in hub.router.mixed_up.items()
            ],
            "is_taken": sources.is_taken,
        }
        self._out.write(json_line(state) + "\n")
        self._out.flush()

    def close(self) -> None:
        """Do nothing: the streams are the caller's."""


def source_rows(reports: list[SourceReport]) -> list[tuple[str, ...]]:
    """Return one row per source, live ones first, at most `MAX_ROWS`."""
    rows: list[tuple[str, ...]] = []
    for report in sorted(reports, key=lambda report: (not report.is_live, report.source))[:MAX_ROWS]:
        drives = " ".join(report.layers) if report.is_live else "lost"
        heard = f"{report.age_s:.1f} s ago" if report.age_s >= 0.1 else "now"
        rows.append((report.source, report.tracker, f"{report.fps:.0f}", drives, str(report.lost), heard))
    return rows


def notes(reports: list[SourceReport], hub: Hub, sources: Sources) -> list[str]:
    """Return lines about what the table does not show: refused datagrams, and what to do next."""
    lines = []
    if not reports:
        lines.append("no tracker has sent anything yet")
    if len(reports) > MAX_ROWS:
        lines.append(f"and {len(reports) - MAX_ROWS} more")
    for (owner, sender), count in hub.router.mixed_up.items():
        lines.append(
            f"{sender} comes to the port of {owner} ({count} datagrams); it is accepted all the same"
        )
    for (tracker, reason), count in list(sources.refused.items())[:MAX_ROWS]:
        lines.append(f"refused, {tracker}: {reason} x{count}, last: {sources.details[tracker, reason]}")
    if not sources.is_taken:
        lines.append("no runtime receives the messages; start it with: omote run")
    return lines
