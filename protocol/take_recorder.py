"""TakeRecorder: a bounded queue in front of a take's file, so that the thread that adds messages never waits for the disk.

recorder = TakeRecorder(path, recorded_by="omote run", begin_time_ns=time.time_ns())
threading.Thread(target=recorder.run, args=(stop.wait,)).start()    # the owner's thread; only it touches the file
recorder.add(message, receive_time_ns)
stop.set()                                                          # run writes the rest and returns
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from protocol.messages import ControlMessage
from protocol.take import Recorded, TakeWriter

#: Largest number of messages waiting for the disk: 20 seconds of pose, expression and gaze at 60 pictures a second.
#: When it is full, new messages are dropped.
QUEUE: Final = 4096
#: The writing thread wakes by time, not by message: adding a message then costs no context switch. Short enough
#: that one batch holds the interpreter lock for a few milliseconds at most.
WRITE_EVERY_S: Final = 0.1
#: The last chunk reaches the file after this many wake-ups: half a second, also when no message follows.
WRITES_PER_FLUSH: Final = 5
#: How long an owner that closes should wait for `run` to return.
CLOSE_S: Final = 5.0


class TakeRecorder:
    """Records one take. `add` is called from one thread, `run` from another.

    Attributes:
        path: the file.
        added: messages accepted for writing.
        dropped: messages refused, because the queue was full or the disk had failed.
        error: the error that ended writing; None so far.
    """

    def __init__(self, path: Path, *, recorded_by: str, begin_time_ns: int) -> None:
        """Create the file.

        Args:
            path: the new file.
            recorded_by: name of the program that records.
            begin_time_ns: now, Unix nanoseconds.

        Raises:
            FileExistsError: the file exists already.
            OSError: it cannot be created.
        """
        self.path = path
        self.added = 0
        self.dropped = 0
        self.error: OSError | None = None
        self._waiting: deque[Recorded] = deque()
        self._writer = TakeWriter(path, recorded_by=recorded_by, begin_time_ns=begin_time_ns)

    def add(self, message: ControlMessage, receive_time_ns: int) -> bool:
        """Queue one message for writing without waiting; return False when it is dropped instead.

        Args:
            message: the message.
            receive_time_ns: when it arrived, Unix nanoseconds.
        """
        if self.error or len(self._waiting) >= QUEUE:
            self.dropped += 1
            return False
        self._waiting.append(Recorded(receive_time_ns, message))
        self.added += 1
        return True

    def run(self, wait: Callable[[float], bool]) -> None:
        """Write queued messages until `wait` returns True, then write the rest and close the file.

        A disk error ends it early and is kept in `error`.

        Args:
            wait: sleeps for the given seconds; True = finish (`threading.Event.wait`).
        """
        try:
            is_last = False
            while not is_last:
                for _ in range(WRITES_PER_FLUSH):
                    is_last = wait(WRITE_EVERY_S)
                    self._write_waiting()
                    if is_last:
                        break
                self._writer.flush()
            self._writer.close()
        except OSError as error:
            with suppress(OSError):  # closing a file on a full disk fails with the same error
                self._writer.close()
            self.error = error

    def _write_waiting(self) -> None:
        while self._waiting:
            recorded = self._waiting.popleft()
            self._writer.write(recorded.message, recorded.receive_time_ns)
