"""Opens a take that a user named, or says what is wrong with it.

if is_take(path):
    with open_take(path) as reader:
        check_layers(reader, ("pose",))
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.errors import ReplayError
from protocol.errors import TakeError
from protocol.messages import LayerName
from protocol.regular_file import is_file
from protocol.take import TakeReader

SUFFIX: Final = ".mcap"
#: Source: MCAP specification, "Magic".
_MAGIC: Final = b"\x89MCAP0\r\n"


def is_take(path: Path) -> bool:
    """Whether a file is meant as a take: by its first bytes, or by its name where it cannot be read."""
    if is_file(path):
        try:
            with path.open("rb") as file:
                return file.read(len(_MAGIC)) == _MAGIC or path.suffix.lower() == SUFFIX
        except OSError:
            pass
    return path.suffix.lower() == SUFFIX


def open_take(path: Path) -> TakeReader:
    """Open a take.

    Raises:
        ReplayError: there is none, or it cannot be read.
    """
    try:
        return TakeReader(path)
    except FileNotFoundError as error:
        raise ReplayError(f"there is no file {path}; check the name") from error
    except OSError as error:
        raise ReplayError(f"{path} cannot be read: {error.strerror}") from error
    except TakeError as error:
        raise ReplayError(error.detail) from error


def check_layers(reader: TakeReader, layers: tuple[LayerName, ...]) -> None:
    """Check that a take has a message of one of these layers; () = any.

    Raises:
        ReplayError: it has none; the message says which layers it has.
    """
    found: set[str] = set()
    for _, message in reader:
        found.add(message.layer)
        if not layers or message.layer in layers:
            return
    if not found:
        refused = "; ".join(f"{count} {reason}" for reason, count in reader.refused.items())
        raise ReplayError(f"{reader.path} holds no message that can be replayed{refused and f' ({refused})'}")
    raise ReplayError(f"{reader.path} has no {' or '.join(layers)}; it has {', '.join(sorted(found))}")
