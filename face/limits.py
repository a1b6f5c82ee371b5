"""HeadLimits: how far an avatar's head may turn and move before it would show what its portrait does not.

    limits = HeadLimits({"yaw": (-30.0, 38.0), "y": (-0.2, 0.06)}, rest=rig.portrait)     # as in avatar.toml
    limits.ease(motion)                                                # in place

Inside, nothing changes; near an end a soft knee bends the movement, which approaches the end and never passes it. So a
head that turns on and on slows down, and neither stops nor jumps.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, radians, tanh
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from face.errors import AvatarError
from protocol.channels import CHANNEL_INDEX, CHANNELS

if TYPE_CHECKING:  # checking a manifest needs no arrays
    import numpy as np
    from numpy.typing import NDArray

    from face.motion import Motion

#: The limited channels of the pose, in the order of the wire; angles are degrees in the manifest.
LIMITED: Final = ("yaw", "pitch", "roll", "x", "y", "z", "scale")
ANGLES: Final = ("yaw", "pitch", "roll")
#: Width of the knee inside each end, as a share of the way from rest.
KNEE: Final = 0.3

#: Channel -> its lowest and highest value, degrees for ANGLES.
Limits = Mapping[str, tuple[float, float]]

_POSE: Final = CHANNEL_INDEX["pose"]


def checked_limits(table: Any, where: str) -> dict[str, tuple[float, float]]:
    """The limits of a manifest's table.

    Raises:
        AvatarError: an unknown channel, or no pair of numbers that rises around the channel's neutral value or beside it.
    """
    if not isinstance(table, dict):
        raise AvatarError(f"{where}: [limits] must be a table such as yaw = [-30, 30]; make the avatar again")
    found = {}
    for name, pair in table.items():
        if name not in LIMITED:
            raise AvatarError(
                f"{where}: [limits] has {name!r:.40}, expected one of {', '.join(LIMITED)}; make the avatar again"
            )
        is_pair = isinstance(pair, list | tuple) and len(pair) == 2 and all(map(_is_number, pair))
        if not is_pair or not pair[0] < pair[1]:
            raise AvatarError(
                f"{where}: limits.{name} is {pair!r:.80}, expected its lowest and highest value, such as [-0.2, 0.2]"
            )
        found[name] = (float(pair[0]), float(pair[1]))
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


class Ends(NamedTuple):
    """The ends of one channel's range, and where it rests between them."""

    low: float
    rest: float
    high: float


class HeadLimits:
    """The limits of one avatar, in a Motion's units."""

    def __init__(self, limits: Limits, rest: NDArray[np.float32]) -> None:
        """Take over checked limits; a channel that is not named keeps its own range.

        Args:
            limits: as in `face.avatar.Avatar`.
            rest: (CHANNELS,) the Motion as in the portrait, around which nothing is bent.
        """
        self._ends: list[tuple[int, Ends]] = []
        self._seen: list[tuple[int, int, Ends]] = []
        for name, (low, high) in limits.items():
            if name in ANGLES:
                low, high = radians(low), radians(high)
            place = _POSE[name]
            low, high = max(low, CHANNELS[place].low), min(high, CHANNELS[place].high)
            ends = Ends(low, min(max(float(rest[place]), low), high), high)
            self._ends.append((place, ends))
            if name in ("yaw", "pitch"):
                view = CHANNEL_INDEX["view"]["azimuth" if name == "yaw" else "elevation"]
                self._seen.append((place, view, ends))

    def ease(self, motion: Motion) -> None:
        """Keep the pose inside, and the camera where it sees the head inside: one that moves to the subject's left sees the
        head as if it were turned to the right."""
        values = motion.values
        for place, view, ends in self._seen:
            turned = float(values[place])
            seen = turned - float(values[view])
            values[view] += (seen - eased(seen, ends)) - (turned - eased(turned, ends))
        for place, ends in self._ends:
            values[place] = eased(float(values[place]), ends)


def eased(value: float, ends: Ends) -> float:
    """A value bent into the range: itself up to the knees, then ever nearer to the end."""
    low, rest, high = ends
    knee = KNEE * (high - rest)
    if value > high - knee:
        return high - knee + knee * tanh((value - high + knee) / knee) if knee > 0.0 else high
    knee = KNEE * (rest - low)
    if value < low + knee:
        return low + knee + knee * tanh((value - low - knee) / knee) if knee > 0.0 else low
    return value
