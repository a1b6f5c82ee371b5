"""LiveTable: a table that is drawn over itself on a terminal, by rich; lines scroll above it.

with LiveTable(sys.stdout) as table:
    table.say("livelink:Anna is there")     # when something happens
    table.show(rows)                        # whenever the state has changed
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text


class LiveTable:
    """Draws on one stream, from one thread. Close it, or use it as a context manager."""

    def __init__(self, stream: TextIO) -> None:
        """Nothing is drawn before the first call.

        Args:
            stream: a terminal; on anything else nothing is drawn over.
        """
        console = Console(file=stream, markup=False, highlight=False, emoji=False)
        self._live = Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._is_open = False

    def say(self, line: str) -> None:
        """Print a line above the table."""
        self._live.console.print(Text(line), soft_wrap=True)

    def show(self, *parts: RenderableType) -> None:
        """Draw these, one below the other, in place of what was drawn before."""
        if not self._is_open:
            self._live.start()
            self._is_open = True
        self._live.update(Group(*parts), refresh=True)

    def close(self) -> None:
        """Leave what was drawn last on the screen; may be called twice."""
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
    """Columns under their names, without lines between them.

    Args:
        head: a name a column.
        rows: texts, as many a row as there are names; shown as they are, never read as markup.
        right: the numbers of columns that are set to the right, as numbers are.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for number, name in enumerate(head):
        is_number = number in right
        made.add_column(
            Text(name), justify="right" if is_number else "left", no_wrap=is_number, overflow="fold"
        )
    for row in rows:
        made.add_row(*map(Text, row))
    return made
