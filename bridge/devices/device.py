"""Device: the contract of controllers and microphones, which are polled sixty times a second."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from protocol.messages import ControlMessage
from protocol.sound_messages import SoundMessage


class Device(Protocol):
    """A controller or microphone whose state becomes messages.

    Threads: everything from one thread; no method blocks.
    Loss: a device that is unplugged holds nothing any more, and `status` says so.
    Errors: `bridge.errors.BridgeError` when it cannot be used again.

    Attributes:
        source: the driver's name in the runtime.
        is_over: whether it has ended, as a sound file does.
    """

    source: str
    is_over: bool

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """Return the messages to send now; called about sixty times a second.

        Args:
            now_s: of a clock that never jumps, any origin.
            now_ns: the same moment in Unix nanoseconds, for the messages.
        """
        ...

    def status(self) -> str:
        """Return the state in one line; called once a second."""
        ...

    def close(self) -> None:
        """Release the device; may be called twice."""
        ...


@runtime_checkable
class SendsSound(Protocol):
    """A device whose sound leaves with the frames that it moves."""

    def take_sound(self) -> SoundMessage | None:
        """The sound of the last `poll`; None = there is none."""
        ...
