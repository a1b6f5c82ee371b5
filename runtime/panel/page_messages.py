"""Messages of the panel's pages: JSON text -> typed, validated messages. No sockets.

message = decode_page_message(text)
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from protocol.channels import LAYERS
from protocol.codec import MAX_ARGUMENT, MAX_MESSAGE_BYTES
from protocol.decode_errors import explain
from protocol.errors import CodecError
from protocol.messages import Command, ControlMessage, LayerName
from runtime.takes.desk import TAKE_COMMANDS
from runtime.trackers.tracker_wish import KINDS, TrackerWish

#: The source of all control messages of pages.
SOURCE: Final = "panel"
#: The commands that a page may send. Not "stop"; and their arguments are names from a list, never paths
#: (`runtime.panel.catalogs`, `runtime.takes.folder`).
COMMANDS: Final = (
    "ping", "status", "load_avatar", "background", "rest", "recenter", "release", "emotion", "look", *TAKE_COMMANDS,
)  # fmt: skip


class FrameAck(msgspec.Struct, frozen=True, tag="ack"):
    """A page has drawn the last frame and can receive the next one."""


class AvatarChange(msgspec.Struct, frozen=True, tag="avatar", kw_only=True):
    """A change of the list of avatars, answered by exactly one Reply.

    Attributes:
        action: what to do.
        key: the avatar, as the list names it.
        name: its new name, for "rename".
        request_id: returned in the Reply.
    """

    action: Literal["rename", "duplicate", "delete", "restore"]
    key: str
    name: str = ""
    request_id: str = ""


class TrackerChange(msgspec.Struct, frozen=True, tag="tracker", kw_only=True):
    """A tracker is to be started, stopped or calibrated, answered by exactly one Reply.

    Attributes:
        action: what to do. "calibrate" begins a calibration and "cancel" ends it, "forget" deletes a kept one.
        wish: the tracker; of its choices only the kind counts, except for "start".
        request_id: returned in the Reply.
    """

    action: Literal["start", "stop", "calibrate", "cancel", "forget"]
    wish: TrackerWish
    request_id: str = ""


class TakeChange(msgspec.Struct, frozen=True, tag="take", kw_only=True):
    """A change of the list of takes, answered by exactly one Reply.

    Attributes:
        action: what to do.
        take: the take, as the list names it.
        name: its new name, for "rename".
        request_id: returned in the Reply.
    """

    action: Literal["rename", "delete", "restore"]
    take: str
    name: str = ""
    request_id: str = ""


class LookChange(msgspec.Struct, frozen=True, tag="look", kw_only=True):
    """A look to keep or to forget, answered by exactly one Reply.

    Attributes:
        action: what to do.
        name: the look; one of the same name is replaced.
        values: layer -> channel -> value, for "save".
        weights: layer -> weight, for "save".
        place: where in the order a new one stands; -1 = last.
        request_id: returned in the Reply.
    """

    action: Literal["save", "delete"]
    name: str
    values: dict[LayerName, dict[str, float]] = {}
    weights: dict[LayerName, float] = {}
    place: int = -1
    request_id: str = ""


PageMessage = ControlMessage | Command | AvatarChange | TrackerChange | TakeChange | LookChange | FrameAck

_CHOICES: Final = {
    "type": ("control", "command", "avatar", "tracker", "take", "look", "ack"),
    "action": (
        "rename",
        "duplicate",
        "delete",
        "restore",
        "start",
        "stop",
        "save",
        "calibrate",
        "cancel",
        "forget",
    ),
    "kind": KINDS,
    "layer": LAYERS,
    "mode": ("set", "add"),
    "name": COMMANDS,
}
_DECODER: Final = msgspec.json.Decoder(PageMessage)


def decode_page_message(text: str | bytes) -> PageMessage:
    """Decode and validate one message. The source of a ControlMessage is always SOURCE.

    Args:
        text: as received; pages send text, so bytes are refused.

    Raises:
        CodecError: not text, too large, not JSON, not one of these messages, or a command that is not in COMMANDS.
    """
    if isinstance(text, bytes):
        raise CodecError("not JSON", f"got {len(text)} bytes of binary from the panel, expected text")
    if len(text) > MAX_MESSAGE_BYTES:
        raise CodecError("too large", f"got {len(text)} characters, expected at most {MAX_MESSAGE_BYTES}")
    try:
        message: PageMessage = _DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise CodecError("wrong type or missing field", explain(error, _CHOICES)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise CodecError("not JSON", explain(error)) from error
    if isinstance(message, ControlMessage):
        return msgspec.structs.replace(message, source=SOURCE)
    if isinstance(message, Command):
        if message.name not in COMMANDS:
            raise CodecError(
                "command not for pages", f"got {message.name!r}, a page may {', '.join(COMMANDS)}"
            )
        if max(len(message.argument), len(message.request_id)) > MAX_ARGUMENT:
            raise CodecError("argument too long", f"expected at most {MAX_ARGUMENT} characters")
    if (
        isinstance(message, AvatarChange)
        and max(map(len, (message.key, message.name, message.request_id))) > MAX_ARGUMENT
    ):
        raise CodecError("argument too long", f"expected at most {MAX_ARGUMENT} characters")
    if (
        isinstance(message, TakeChange)
        and max(map(len, (message.take, message.name, message.request_id))) > MAX_ARGUMENT
    ):
        raise CodecError("argument too long", f"expected at most {MAX_ARGUMENT} characters")
    if isinstance(message, LookChange) and max(len(message.name), len(message.request_id)) > MAX_ARGUMENT:
        raise CodecError("argument too long", f"expected at most {MAX_ARGUMENT} characters")
    if isinstance(message, TrackerChange) and len(message.request_id) > MAX_ARGUMENT:
        raise CodecError("argument too long", f"expected at most {MAX_ARGUMENT} characters")
    return message
