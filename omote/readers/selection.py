"""Opens a frame reader by its publisher's name; only that reader's module is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omote.readers.reader import FrameReader
from protocol.frames.ring_files import STREAM
from protocol.keys import ClientKey
from protocol.messages import PUBLISH_PORT


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """Where a runtime's frames are published.

    Attributes:
        stream: as in `omote run --stream`.
        folder: of shared memory; None = this user's own.
        host: the runtime's machine, for ZeroMQ.
        publish_port: the runtime's ZeroMQ port, which also publishes the doorbell of shared memory.
        key: for ZeroMQ; see `ZeroMqReader`.
    """

    stream: str = STREAM
    folder: Path | None = None
    host: str = "127.0.0.1"
    publish_port: int = PUBLISH_PORT
    key: ClientKey | None = None


def open_reader(name: str, choice: ReaderChoice) -> FrameReader:
    """Open a reader for a publisher's frames.

    Args:
        name: one of READERS.

    Raises:
        ReaderError: this reader cannot work on this machine.
    """
    return READERS[name](choice)


def _open_shm(choice: ReaderChoice) -> FrameReader:
    from omote.readers.shared_memory import SharedMemoryReader

    doorbell = f"tcp://127.0.0.1:{choice.publish_port}"
    return SharedMemoryReader(choice.stream, folder=choice.folder, doorbell_endpoint=doorbell)


def _open_zeromq(choice: ReaderChoice) -> FrameReader:
    from omote.readers.zeromq import ZeroMqReader

    return ZeroMqReader(host=choice.host, port=choice.publish_port, key=choice.key)


def _open_ndi(choice: ReaderChoice) -> FrameReader:
    from omote.readers.ndi import NdiReader

    return NdiReader("Omote" if choice.stream == STREAM else choice.stream)


READERS: Final[dict[str, Callable[[ReaderChoice], FrameReader]]] = {
    "shm": _open_shm,
    "zeromq": _open_zeromq,
    "ndi": _open_ndi,
}
