"""kept_parts: which parts of a face `--only` of `omote render` lets move.

kept_parts("expression")     # ("eyes", "mouth")
"""

from __future__ import annotations

from typing import Final

from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage
from protocol.parts import PARTS, Part
from runtime.errors import ConfigError

#: Names that stand for several parts.
GROUPS: Final[dict[str, tuple[Part, ...]]] = {"expression": ("eyes", "mouth")}
NAMES: Final = (*PARTS, *GROUPS)


def kept_parts(text: str) -> tuple[Part, ...]:
    """The parts in the order of PARTS; "" = none is named.

    Raises:
        ConfigError: there is no such part.
    """
    wanted: set[str] = set()
    for name in (one.strip() for one in text.split(",")) if text else ():
        if name not in NAMES:
            raise ConfigError(f"--only {name:.80}: there is no such part; choose from {', '.join(NAMES)}")
        wanted.update(GROUPS.get(name, (name,)))
    return tuple(part for part in PARTS if part in wanted)


def held_gaze(only: tuple[Part, ...]) -> tuple[ControlMessage, ...]:
    """Keeps the gaze where `only` leaves it out: else it would follow the eyes' shapes."""
    if not only or "gaze" in only:
        return ()
    return (
        ControlMessage(layer="gaze", source="render", values={"yaw": 0.0, "pitch": 0.0}, ttl_s=MAX_TTL_S),
    )
