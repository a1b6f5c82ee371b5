"""MediaFile: an open video or sound file, and the frames of one of its streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from protocol.errors import FileError
from protocol.regular_file import open_regular
from vision.errors import VideoError
from vision.media_container import media_errors, open_container

if TYPE_CHECKING:
    from av.container import InputContainer


class MediaFile:
    """What `VideoFile` and `SoundTrack` have in common. One thread; a context manager.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self.path = path
        self._file: BinaryIO | None = None
        self._container: InputContainer | None = None

    def _open_container(self, refusal: VideoError) -> InputContainer:
        """Open the file.

        Args:
            refusal: is raised where it is no video or sound.

        Raises:
            VideoError: the file cannot be read, or `refusal`.
        """
        refusals = media_errors()
        try:
            self._file = open_regular(self.path)
            self._container = open_container(self._file)
        except FileError as error:
            raise VideoError(str(error)) from error
        except refusals as error:
            self.close()
            raise refusal from error
        return self._container

    def _decoded(self, stream: Any) -> Iterator[Any]:
        """All frames of a stream; damaged packets are passed over, and a file that was cut off ends where it does."""
        refusals = media_errors()
        assert self._container is not None
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except refusals:
                packet = None  # cut off
            try:
                frames = stream.decode(packet)
            except refusals:
                frames = []
            yield from frames
            if packet is None or packet.size == 0:
                return

    def close(self) -> None:
        """Close the file; may be called twice."""
        container, self._container = self._container, None
        if container is not None:
            container.close()
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
