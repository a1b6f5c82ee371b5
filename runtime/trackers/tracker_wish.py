"""TrackerWish: the tracker that a user wants, and the command line that it becomes.

module, *arguments = arguments_of(TrackerWish(kind="webcam", device=1), {"webcam": ("bridge", "webcam")})
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from runtime.errors import TrackerError
from runtime.trackers.cameras import MAX_CAMERAS

Kind = Literal["webcam", "browser", "microphone", "network"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")
_MICROPHONE: Final = re.compile(r"[\w (),.:+#/&'-]{1,80}")


class TrackerWish(msgspec.Struct, frozen=True, kw_only=True):
    """The tracker that a user wants.

    Attributes:
        kind: "webcam", "browser": the camera of another device in its browser, "microphone", or "network": everything that
            phones and programs send.
        device: number of the camera.
        microphone: part of the microphone's name; "" = the system's default.
        phone: address of a phone that must be asked for its face; "" = none.
        is_open: whether other devices of the network may send, and not only programs of this computer.
        is_mirrored: whether left and right change places.
        has_emotion: whether the camera's face also drives the emotion layer.
    """

    kind: Kind
    device: int = 0
    microphone: str = ""
    phone: str = ""
    is_open: bool = False
    is_mirrored: bool = False
    has_emotion: bool = False


def arguments_of(wish: TrackerWish, programs: Mapping[Kind, tuple[str, ...]]) -> tuple[str, ...]:
    """The module of the wished tracker and its arguments, without the runtime's address.

    Raises:
        TrackerError: there is no such tracker, or a choice is no good; the message says why.
    """
    program = programs.get(wish.kind)
    if program is None:
        raise TrackerError(f"there is no {wish.kind} tracker here; choose {', '.join(programs)}")
    mirror = ("--mirror",) if wish.is_mirrored else ()
    if wish.kind == "webcam":
        if not 0 <= wish.device < 1000:
            raise TrackerError(f"there is no camera {wish.device}; expected 0 to {MAX_CAMERAS - 1}")
        emotion = ("--emotion",) if wish.has_emotion else ()
        return (*program, "--device", str(wish.device), *mirror, *emotion)
    if wish.kind == "browser":
        return (*program, *mirror, *(("--emotion",) if wish.has_emotion else ()))
    if wish.kind == "microphone":
        if wish.microphone and not _MICROPHONE.fullmatch(wish.microphone):
            raise TrackerError("the microphone's name holds a character that no name has; leave it empty")
        return (*program, f"--device={wish.microphone}") if wish.microphone else program
    phone = ("--phone", _checked_host(wish.phone)) if wish.phone else ()
    return (*program, *(("--bind", "0.0.0.0") if wish.is_open or phone else ()), *phone, *mirror)


def _checked_host(text: str) -> str:
    """An address or a name of another machine, which cannot be taken for an option."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if _HOST.fullmatch(text):
            return text
    raise TrackerError(f"{text[:60]!r} is no address; type what the phone shows, such as 192.168.1.31")
