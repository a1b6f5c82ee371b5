"""FaceSpec: what one face of a fleet is, and what it needs; the specs of a fleet from what a user typed.

specs = face_specs(["kofi", "left=mio"], count=20, settings={"fps": 30.0}, cpus=0.5, gpus=0.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from face.avatar_file import SUFFIX
from omote.fleet.errors import FleetError
from protocol.file_names import text_of_name
from protocol.frames.ring_files import is_stream_name

MAX_FACES: Final = 100_000


class FaceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One face.

    Attributes:
        name: by which it is addressed.
        avatar: an avatar's name, a folder or an .omote file on the machine where the fleet was started.
        settings: further settings of `omote run`, as in its file.
        cpus, gpus: what Ray sets aside for its process, in cores and graphics cards.
    """

    name: str
    avatar: str
    settings: dict[str, Any] = {}
    cpus: float = 0.5
    gpus: float = 0.0


def face_specs(
    wanted: Sequence[str],
    *,
    count: int | None = None,
    settings: dict[str, Any] | None = None,
    cpus: float = 0.5,
    gpus: float = 0.0,
) -> list[FaceSpec]:
    """The faces that a user means.

    Args:
        wanted: avatars (names, folders, .omote files), or NAME=AVATAR.
        count: how many faces in all; the avatars take turns. None = one of each.
        settings, cpus, gpus: of every face.

    Raises:
        FleetError: there is none, too many, or a name is no name or is there twice.
    """
    number = len(wanted) if count is None else count
    if not wanted or not 1 <= number <= MAX_FACES:
        raise FleetError(
            f"got {len(wanted)} avatars for {number} faces, expected 1 to {MAX_FACES}, such as: omote fleet up kofi mio"
        )
    if number < len(wanted):
        raise FleetError(
            f"--count {number} is less than the {len(wanted)} avatars; name fewer, or count more"
        )
    specs: dict[str, FaceSpec] = {}
    for index in range(number):
        text, turn = wanted[index % len(wanted)], index // len(wanted)
        name, equals, avatar = text.partition("=")
        if not equals:
            name, avatar = text_of_name(Path(text).name).removesuffix(SUFFIX), text
        name = f"{name}-{turn + 1}" if turn else name
        if not is_stream_name(name):
            raise FleetError(
                f"{text!r:.80}: {name!r:.80} is no name for a face; expected 1 to 64 letters, digits, hyphens or "
                "underscores: give it one, such as left=AVATAR"
            )
        if name in specs:
            raise FleetError(f"two faces are called {name}; name one of them, such as other-{name}={avatar}")
        specs[name] = FaceSpec(name=name, avatar=avatar, settings=settings or {}, cpus=cpus, gpus=gpus)
    return list(specs.values())
