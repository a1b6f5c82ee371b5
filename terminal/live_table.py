"""LiveTable: a table that is redrawn in place on a terminal, by rich; printed lines scroll above it.

with LiveTable(sys.stdout) as table:
    table.say("livelink:Anna is there")     # an event
    table.show(rows)                        # the current state
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from terminal.console import drawing_stream
from terminal.printable import printable, printable_lines


class LiveTable:
    """Draws on one stream, from one thread. Close it, or use it as a context manager."""

    def __init__(self, stream: TextIO) -> None:
        """Prepare a table; the first `show` draws it.

        Args:
            stream: the output; redrawn in place only on a terminal.
        """
        console = Console(file=drawing_stream(stream), markup=False, highlight=False, emoji=False)
        self._live = Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._is_open = False

    def say(self, line: str) -> None:
        """Print a line above the table."""
        self._live.console.print(Text(printable(line)), soft_wrap=True)

    def show(self, *parts: RenderableType) -> None:
        """Draw some renderables, one below the other, in place of the last ones; texts lose their escape sequences."""
        for part in parts:
            if isinstance(part, Text):
                part.plain = printable_lines(part.plain)
        if not self._is_open:
            self._live.start()
            self._is_open = True
        self._live.update(Group(*parts), refresh=True)

    def close(self) -> None:
        """Stop redrawing and leave the last table on the screen; may be called twice."""
        if self._is_open:
            self._live.stop()
            self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> Table:
    """Make a table of columns under their names, without rules between them.

    Args:
        head: the name of each column.
        rows: one text per column, shown verbatim and not read as markup.
        right: indices of the columns that are aligned to the right, such as numbers.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for number, name in enumerate(head):
        is_number = number in right
        made.add_column(
            Text(name), justify="right" if is_number else "left", no_wrap=is_number, overflow="fold"
        )
    for row in rows:
        made.add_row(*(Text(printable(cell)) for cell in row))
    return made
