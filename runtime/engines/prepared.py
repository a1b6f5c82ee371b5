"""PreparedAvatar: everything that an engine needs of an avatar, as plain arrays, made without a graphics context.

Made in any process (`runtime.engines.selection.prepare_avatar`), handed over, and uploaded by the engine in small steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.avatar import RESTS, Avatar
from face.limits import HeadLimits
from face.motion import NEUTRAL
from face.rest import PortraitRest


@dataclass(frozen=True, slots=True, eq=False)
class PreparedAvatar:
    """One avatar, ready to be uploaded by one engine.

    Attributes:
        avatar: what it is.
        engine: the engine that it was prepared for.
        arrays: name -> array, as that engine's preparation describes; may be read-only and shared with a file.
        background: the kind of background that its plate was made as; "" = the avatar's own.
    """

    avatar: Avatar
    engine: str
    arrays: Mapping[str, NDArray[Any]]
    background: str = ""


#: A portrait whose Motion is nowhere further from the neutral one, in the channels' units, is neutral: half a degree.
_LEAST_CHANGE: Final = 0.01


def rest_of(avatar: Avatar, arrays: Mapping[str, NDArray[Any]]) -> PortraitRest | None:
    """How drivers' values become what this avatar shows; None = they are that already.

    Args:
        arrays: as in `PreparedAvatar`; those of an engine without a face hold no portrait.
    """
    return portrait_rest(arrays) if avatar.rest == RESTS[0] else None


def portrait_rest(arrays: Mapping[str, NDArray[Any]]) -> PortraitRest | None:
    """How drivers' values become changes of an avatar's portrait.

    Args:
        arrays: as in `PreparedAvatar`.

    Returns:
        None for an engine without a face, and for a portrait that is neutral itself, as drawn avatars' are.
    """
    portrait = arrays.get("portrait", NEUTRAL)
    return PortraitRest(portrait) if np.abs(portrait - NEUTRAL).max() > _LEAST_CHANGE else None


def limits_of(avatar: Avatar, arrays: Mapping[str, NDArray[Any]]) -> HeadLimits | None:
    """How far this avatar's head may turn and move; None = as far as the channels go.

    Args:
        arrays: as in `PreparedAvatar`.
    """
    return HeadLimits(avatar.limits, arrays.get("portrait", NEUTRAL)) if avatar.limits else None
