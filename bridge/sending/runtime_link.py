"""RuntimeLink: sends messages to the runtime, and reports when no runtime receives them.

link = RuntimeLink(publisher, say=print)
link.send(messages, now_ns)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bridge.sending.publisher import ControlPublisher
from protocol.messages import ControlMessage
from protocol.sound_messages import SoundMessage

#: Warn after messages have been refused for this long.
WARN_AFTER_NS: Final = 1_000_000_000


def no_runtime(address: str) -> str:
    """The warning that no runtime receives at an address, and what to do about it."""
    return f"no runtime receives the messages at {address}; start it with: omote run"


class RuntimeLink:
    """The one place that sends the messages of trackers, devices and plugins. Belongs to one thread.

    Attributes:
        is_taken: False from the warning until a runtime receives messages again.
    """

    def __init__(self, publisher: ControlPublisher, *, say: Callable[[str], None]) -> None:
        """A link over a publisher, which the caller keeps and closes.

        Args:
            say: takes one line of text when the runtime becomes unreachable or reachable again.
        """
        self.is_taken = True
        self._publisher = publisher
        self._say = say
        self._first_failure_ns: int | None = None  # of the failures since the last success
        self._last_failure_ns = 0

    def send(self, messages: Sequence[ControlMessage], now_ns: int) -> bool:
        """Send messages; return whether a runtime received them.

        Args:
            now_ns: of a clock that never jumps, any origin.
        """
        if not messages:
            return self.is_taken
        is_taken = self._publisher.send(messages)
        if is_taken:
            self._first_failure_ns = None
            if not self.is_taken:
                self.is_taken = True
                self._say(f"a runtime receives the messages at {self._publisher.address} now")
        else:
            self._failed(now_ns)
        return is_taken

    def send_sound(self, message: SoundMessage) -> None:
        """Send sound, or drop it: later it would be too late."""
        self._publisher.send_sound(message)

    def retry(self) -> None:
        """Send again what no runtime has received yet."""
        self._publisher.send(())

    def forget(self, source: str = "") -> None:
        """Drop what no runtime has received yet, of one source or ("") of all."""
        self._publisher.forget(source)

    @property
    def note(self) -> str:
        """What a status line appends: empty while a runtime receives the messages."""
        return "" if self.is_taken else "; no runtime receives the messages"

    def _failed(self, now_ns: int) -> None:
        # Two failures with a long pause between them do not show that the runtime was away meanwhile.
        if self._first_failure_ns is None or now_ns - self._last_failure_ns > WARN_AFTER_NS:
            self._first_failure_ns = now_ns
        self._last_failure_ns = now_ns
        if self.is_taken and now_ns - self._first_failure_ns >= WARN_AFTER_NS:
            self.is_taken = False
            self._say(no_runtime(self._publisher.address))
