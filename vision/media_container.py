"""Opens video and sound files with FFmpeg, through PyAV, so that a file can name no other file.

with open_regular(path) as file, open_container(file) as container: ...

FFmpeg gets an open file instead of a name: a colon, `%05d` or letters of any script in the name mean nothing to it, and
a playlist reaches neither the network nor other files.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, Final

from vision.errors import VisionError

if TYPE_CHECKING:
    from av.container import InputContainer

_READ_BYTES: Final = 1 << 18
_ISOLATED: Final = {"protocol_whitelist": "none"}


def pyav() -> ModuleType:
    """The module av, imported late: it is optional.

    Raises:
        VisionError: PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise VisionError(
            f"videos and compressed sound need PyAV, which is not installed ({error}); install it with: "
            "pip install 'omote[tracking]'"
        ) from error
    return av


def media_errors() -> tuple[type[Exception], ...]:
    """What PyAV raises for files that are damaged or of another kind."""
    return (OSError, ValueError, pyav().error.FFmpegError)


def open_container(file: BinaryIO) -> InputContainer:
    """Open a file of any kind that FFmpeg knows.

    Args:
        file: open for reading, seekable; stays the caller's to close.

    Raises:
        VisionError: PyAV is not installed.
        Exception: one of `media_errors`, when it is no such file.
    """
    container: InputContainer = pyav().open(file, buffer_size=_READ_BYTES, container_options=dict(_ISOLATED))
    return container
