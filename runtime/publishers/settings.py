"""Settings of single publishers: the tables [shared_memory] and [zeromq] of omote.toml, read by `runtime.config`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocol.frames.ring_header import MIN_SLOTS

#: Name of the default stream in the source lists of other programs (NDI, Spout, Syphon).
DISPLAY_NAME: Final = "Omote"


@dataclass(frozen=True, slots=True)
class SharedMemorySettings:
    """The ring buffer in shared memory.

    Attributes:
        slots: frames in the ring buffer.
        folder: the folder of the ring buffer's file; "" = this user's own.
    """

    slots: int = MIN_SLOTS
    folder: str = ""


@dataclass(frozen=True, slots=True)
class ZeroMqSettings:
    """Frames over ZeroMQ.

    Attributes:
        encoding: how the pixels are encoded: "raw" for readers on this machine, "jpeg" or "webp" for a network.
    """

    encoding: Literal["raw", "jpeg", "webp"] = "raw"
