"""TakeDesk: records and replays takes by command; at most one recording and one replay at a time.

desk = TakeDesk(TakeFolder(Path("takes")), inbox)
desk.record(received)                     # the loop, every frame
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
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
#: Commands that wait for the desk's thread.
MAX_WAITING: Final = 64
CLOSE_S: Final = 0.3


class TakeDesk:
    """Executes the commands of `TAKE_COMMANDS`.

    `request`, `record`, `status` and `close` belong to the frame loop's thread and never wait for a file; `do` runs on a
    thread of its own, one command after the other.
    """

    def __init__(self, folder: TakeFolder, inbox: Inbox) -> None:
        self._folder = folder
        self._inbox = inbox
        self._recorder: ReceivedRecorder | None = None
        self._player: TakePlayer | None = None
        self._waiting: queue.Queue[tuple[Command, Callable[[Reply | Exception], None]] | None] = queue.Queue(
            MAX_WAITING
        )
        self._thread: threading.Thread | None = None

    def request(self, command: Command, answer: Callable[[Reply | Exception], None]) -> None:
        """Execute one command of `TAKE_COMMANDS` on the desk's thread.

        Args:
            command: the command.
            answer: called once, from any thread, with the reply or with what `do` raised.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="omote-takes", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait((command, answer))
        except queue.Full:
            answer(TakeCommandError(f"{MAX_WAITING} commands about takes are waiting; ask again shortly"))

    def record(self, received: list[Received]) -> None:
        """Record the messages of one frame, if a recording is running."""
        recorder = self._recorder  # the desk's thread may set it to None
        if recorder is not None:
            recorder.add(received)

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
            recorded_s=round(recorder.duration_s, 1) if recorder else 0.0,
            recorded=recorder.count if recorder else 0,
            replaying=player.name if player and is_playing else "",
            replayed_s=round(played.played_s, 1) if played and is_playing else 0.0,
            replay_s=round(played.duration_s, 1) if played and is_playing else 0.0,
            is_looping=player.is_looping if player and is_playing else False,
        )

    def close(self) -> None:
        """Finish the recording and stop the replay; may be called twice."""
        if self._thread is not None:
            self._refuse_waiting()
            self._thread.join(CLOSE_S)
            self._thread = None
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None
        if self._player is not None:
            self._player.close()
            self._player = None

    def _work(self) -> None:
        """The desk's thread."""
        while (waiting := self._waiting.get()) is not None:
            command, answer = waiting
            result: Reply | Exception
            try:
                result = self.do(command)
            except Exception as error:
                result = error
            answer(result)

    def _refuse_waiting(self) -> None:
        """Refuse all waiting commands, and end the thread after the one that it executes."""
        with suppress(queue.Empty):
            while True:
                waiting = self._waiting.get_nowait()
                if waiting is not None:
                    waiting[1](TakeCommandError("the runtime stops"))
        self._waiting.put(None)

    def _start_recording(self, wanted: str) -> str:
        if self._recorder is not None:
            raise TakeCommandError(
                f"{self._recorder.path.stem!r} is being recorded; stop it first with record_stop"
            )
        from runtime.takes.recorder import ReceivedRecorder

        path = self._folder.path_for_new(wanted, f"take {datetime.now():%Y-%m-%d %H.%M.%S}")
        recorder = ReceivedRecorder(path, self._inbox.count_drop)
        self._recorder = recorder  # from here on the frame loop adds to it
        return f"recording {path.stem!r}"

    def _stop_recording(self) -> str:
        if self._recorder is None:
            raise TakeCommandError("nothing is being recorded; start with record_start")
        recorder, self._recorder = self._recorder, None
        recorder.close()
        if recorder.failure:
            raise TakeCommandError(recorder.failure)
        return f"{recorder.path.stem!r} is recorded: {recorder.duration_s:.1f} s, {recorder.count} messages"

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
