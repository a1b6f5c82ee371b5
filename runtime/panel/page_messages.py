"""What a page may say: JSON text, typed and validated, every refusal with its reason.

Knows nothing of sockets: text in, messages out.

    message = decode_page_message(text)
"""

from __future__ import annotations

from typing import Final

import msgspec

from protocol.codec import MAX_ARGUMENT, MAX_MESSAGE_BYTES
from protocol.errors import CodecError
from protocol.messages import Command, ControlMessage
from runtime.takes.desk import TAKE_COMMANDS

#: The driver's name for everything that comes from a page.
SOURCE: Final = "panel"
#: What a page may ask for: nothing that ends the runtime, and what it names are names, never paths
#: (`runtime.panel.catalogs`, `runtime.takes.folder`).
COMMANDS: Final = ("ping", "status", "load_avatar", "recenter", "release", *TAKE_COMMANDS)


class FrameAck(msgspec.Struct, frozen=True, tag="ack"):
    """A page has drawn the frame it was sent and wants the next."""


_DECODER: Final = msgspec.json.Decoder(ControlMessage | Command | FrameAck)


def decode_page_message(text: str | bytes) -> ControlMessage | Command | FrameAck:
    """A message of the right shape; a ControlMessage always has the panel's source.

    Raises:
        CodecError: not text, too large, not JSON, no message of ours, or a command a page may not give.
    """
    if isinstance(text, bytes):
        raise CodecError("not JSON", f"got {len(text)} bytes of binary from the panel, expected text")
    if len(text) > MAX_MESSAGE_BYTES:
        raise CodecError("too large", f"got {len(text)} characters, expected at most {MAX_MESSAGE_BYTES}")
    try:
        message: ControlMessage | Command | FrameAck = _DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise CodecError("wrong type or missing field", str(error)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise CodecError("not JSON", str(error)) from error
    if isinstance(message, ControlMessage):
        return msgspec.structs.replace(message, source=SOURCE)
    if isinstance(message, Command):
        if message.name not in COMMANDS:
            raise CodecError(
                "command not for pages", f"got {message.name!r}, a page may {', '.join(COMMANDS)}"
            )
        if max(len(message.argument), len(message.request_id)) > MAX_ARGUMENT:
            raise CodecError("argument too long", f"expected at most {MAX_ARGUMENT} characters")
    return message
