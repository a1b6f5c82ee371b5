"""The contract of controllers and microphones: what is held or said now, asked for many times a second."""

from __future__ import annotations

from typing import Protocol

from protocol.messages import ControlMessage


class Device(Protocol):
    """Something that a person moves by hand or voice.

    Threads: everything from one thread, which never waits for the device.
    Loss: where the system tells that a device has gone, it lets go of everything; `status` says so.
    Errors: `bridge.errors.BridgeError` when it cannot come back.
    """

    source: str
    is_over: bool  # nothing will come any more: the end of a file

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """What has to be sent now; called about sixty times a second."""
        ...

    def status(self) -> str:
        """How it goes, in one line; called once a second."""
        ...

    def close(self) -> None:
        """Give the device back; may be called twice."""
        ...
