"""TakeSource: a recorded take drives, each message at its own time.

source = TakeSource(Path("take.mcap"), layers=("pose",))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bridge.takes.open_take import check_layers, open_take
from omote.clips.source import Moment
from protocol.messages import ControlMessage, LayerName
from protocol.take_schedule import DueMessage, ReplayPlan, schedule
from vision.sound_track import ClipSound

#: Messages that arrive within this time belong to one state of the face, as in the runtime's loop.
COALESCE_S: Final = 0.002


class TakeSource:
    """A take. See `ClipSource`."""

    fps: float | None = None
    sound: ClipSound | None = None

    def __init__(self, path: Path, *, layers: tuple[LayerName, ...] = ()) -> None:
        """Open a take.

        Args:
            path: the file.
            layers: which layers of it drive; () = all.

        Raises:
            ReplayError: it cannot be read, or holds none of these layers.
        """
        self._path = path
        self._layers = layers
        self._take = open_take(path)
        try:
            check_layers(self._take, layers)
        except BaseException:
            self._take.close()
            raise
        self.expected_s = self.end_s = self._take.duration_s

    def moments(self) -> Iterator[Moment]:
        """See `ClipSource`."""
        return coalesced(schedule(self._take, ReplayPlan(layers=self._layers)))

    def remarks(self) -> list[str]:
        """See `ClipSource`."""
        said = [f"{self._path}: {count} not usable, {reason}" for reason, count in self._take.refused.items()]
        if not self._take.is_whole:
            said.append(f"{self._path} is cut off at its end; what was recorded until then is shown")
        return said

    def close(self) -> None:
        """See `ClipSource`."""
        self._take.close()


def coalesced(due_messages: Iterable[DueMessage]) -> Iterator[Moment]:
    """Join what arrived together, in the order of arrival."""
    begin_s, joined = 0.0, list[ControlMessage]()
    for due in due_messages:
        # The order of arrival counts, as in a replay, and not the numbers given by the sender.
        message = replace(due.message, sequence=0, capture_time_ns=0)
        if joined and due.due_s > begin_s + COALESCE_S:
            yield Moment(begin_s, tuple(joined))
            joined = []
        if not joined:
            begin_s = due.due_s
        joined.append(message)
    if joined:
        yield Moment(begin_s, tuple(joined))
