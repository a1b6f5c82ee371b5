"""The settings of each of several faces in one process, made from those of one.

face_configs(config, ["kofi", "left=mio"])    # {"kofi": RunConfig, "left": RunConfig}

Each face has ports of its own: the first those of the settings, each further one `PORT_STEP` higher. Its frames have its
name as their stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

from protocol.file_names import text_of_name
from protocol.frames.ring_files import is_stream_name
from runtime.config import MAX_PORT, Ports, RunConfig
from runtime.errors import ConfigError

#: Between the ports of one face and the next.
PORT_STEP: Final = 10
MAX_FACES: Final = 64


def face_configs(config: RunConfig, wanted: Sequence[str]) -> dict[str, RunConfig]:
    """Name -> settings, in the given order.

    Args:
        config: of every face, but for avatar, ports and stream.
        wanted: an avatar each (a name or a folder), by whose name the face is addressed, or NAME=AVATAR.

    Raises:
        ConfigError: there is none, or too many, or a name is no name or is there twice.
    """
    if not 1 <= len(wanted) <= MAX_FACES:
        raise ConfigError(f"got {len(wanted)} avatars, expected 1 to {MAX_FACES}, such as --avatars kofi,mio")
    configs: dict[str, RunConfig] = {}
    for number, text in enumerate(wanted):
        name, equals, avatar = text.partition("=")
        if not equals:
            name, avatar = text_of_name(Path(text).name), text
        if not is_stream_name(name):
            raise ConfigError(
                f"{text!r:.80}: {name!r:.80} is no name for a face; expected 1 to 64 letters, digits, hyphens or "
                "underscores: give it one, such as left=AVATAR"
            )
        if name in configs:
            raise ConfigError(f"two faces are called {name}; name one of them, such as {name}-2={avatar}")
        hotkeys = config.hotkeys if number == 0 else {}  # a key can be heard once: the first face's
        ports = _ports(config.ports, number)
        configs[name] = replace(config, avatar=avatar, stream=name, ports=ports, hotkeys=hotkeys)
    return configs


def _ports(first: Ports, number: int) -> Ports:
    """The ports of a face: free ones stay free, closed ones closed."""
    moved = {}
    for one in fields(Ports):
        port = getattr(first, one.name)
        moved[one.name] = port + PORT_STEP * number if port else port
        if port and moved[one.name] > MAX_PORT:
            raise ConfigError(
                f"--{one.name}-port {port}: the one of face {number + 1} would be {moved[one.name]}, "
                f"expected at most {MAX_PORT}"
            )
    return Ports(**moved)
