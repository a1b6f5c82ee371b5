"""TakeDesk: records and replays takes by command; at most one recording and one replay at a time.

desk = TakeDesk(TakeFolder(Path("takes")), inbox)
desk.record(received)                     # the loop, every frame
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Final

from protocol.messages import Command, Reply, TakeStatus
from runtime.errors import TakeCommandError
from runtime.intake.inbox import Inbox, Received
from runtime.takes.folder import TakeFolder

if TYPE_CHECKING:
    from runtime.takes.player import TakePlayer
    from runtime.takes.recorder import ReceivedRecorder

TAKE_COMMANDS: Final = ("record_start", "record_stop", "list_takes", "replay", "replay_loop", "replay_stop")


class TakeDesk:
    """Executes the commands of `TAKE_COMMANDS`. Belongs to the frame loop's thread; other threads access the files."""

    def __init__(self, folder: TakeFolder, inbox: Inbox) -> None:
        self._folder = folder
        self._inbox = inbox
        self._recorder: ReceivedRecorder | None = None
        self._player: TakePlayer | None = None
        self._recording_since_s = 0.0

    def record(self, received: list[Received]) -> None:
        """Record the messages of one frame, if a recording is running."""
        if self._recorder is not None:
            self._recorder.add(received)

    def do(self, command: Command) -> Reply:
        """Execute one command of `TAKE_COMMANDS`.

        Raises:
            TakeCommandError: the command cannot be executed; the message says why.
        """
        name, argument, request_id = command.name, command.argument, command.request_id
        if name == "list_takes":
            return Reply(ok=True, request_id=request_id, names=self._folder.names())
        if name == "record_start":
            message = self._start_recording(argument)
        elif name == "record_stop":
            message = self._stop_recording()
        elif name == "replay_stop":
            message = self._stop_replay()
        else:
            message = self._replay(argument, is_looping=name == "replay_loop")
        return Reply(ok=True, request_id=request_id, message=message)

    def status(self) -> TakeStatus:
        """Return what is being recorded and replayed."""
        recorder, player = self._recorder, self._player
        played = player.state() if player else None
        is_playing = player is not None and played is not None and not played.is_over
        return TakeStatus(
            recording=recorder.path.stem if recorder else "",
            recorded_s=round(time.monotonic() - self._recording_since_s, 1) if recorder else 0.0,
            recorded=recorder.count if recorder else 0,
            replaying=player.name if player and is_playing else "",
            replayed_s=round(played.played_s, 1) if played and is_playing else 0.0,
            replay_s=round(played.duration_s, 1) if played and is_playing else 0.0,
            is_looping=player.is_looping if player and is_playing else False,
        )

    def close(self) -> None:
        """Finish the recording and stop the replay; may be called twice."""
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None
        if self._player is not None:
            self._player.close()
            self._player = None

    def _start_recording(self, wanted: str) -> str:
        if self._recorder is not None:
            raise TakeCommandError(
                f"{self._recorder.path.stem!r} is being recorded; stop it first with record_stop"
            )
        from runtime.takes.recorder import ReceivedRecorder

        path = self._folder.path_for_new(wanted, f"take {datetime.now():%Y-%m-%d %H.%M.%S}")
        self._recorder = ReceivedRecorder(path, self._inbox.count_drop)
        self._recording_since_s = time.monotonic()
        return f"recording {path.stem!r}"

    def _stop_recording(self) -> str:
        if self._recorder is None:
            raise TakeCommandError("nothing is being recorded; start with record_start")
        recorder, self._recorder = self._recorder, None
        recorder.close()
        if recorder.failure:
            raise TakeCommandError(recorder.failure)
        seconds = time.monotonic() - self._recording_since_s
        return f"{recorder.path.stem!r} is recorded: {seconds:.1f} s, {recorder.count} messages"

    def _replay(self, name: str, *, is_looping: bool) -> str:
        path = self._folder.path_of(name)
        from runtime.takes.player import TakePlayer

        if self._player is not None:
            self._player.close()
        self._player = TakePlayer(path, self._inbox, is_looping=is_looping)
        return f"replaying {name!r}" + (" again and again" if is_looping else "")

    def _stop_replay(self) -> str:
        player, self._player = self._player, None
        if player is None or player.state().is_over:
            raise TakeCommandError("nothing is being replayed; start with replay and a take's name")
        player.close()
        return f"{player.name!r} is stopped"
