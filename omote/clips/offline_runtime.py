"""OfflineRuntime: the runtime's control, layers and engine without its clock, sockets and publishers.

with OfflineRuntime(load_avatar(path), size=512) as runtime:
    pixels = runtime.step(messages, now_s=0.04, dt_s=0.04, draw=True)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.motion import Motion
from face.rig import load_rig
from protocol.messages import ControlMessage
from runtime.avatars.preparation import engine_for
from runtime.backgrounds.background import COLOUR, Background
from runtime.backgrounds.plates import colour_plate, own_plate_as, picture_plate
from runtime.control.control import Control
from runtime.engines.prepared import PreparedAvatar, limits_of, rest_of
from runtime.engines.selection import make_engine, prepare_avatar
from runtime.errors import BackgroundError
from runtime.inference.settings import NeuralSettings
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.emotion_composites import EMOTION_COMPOSITES, make_emotion_composite
from runtime.layers.emotion_filters import EMOTION_FILTERS, make_emotion_filter
from runtime.layers.idle import IdleSettings


class OfflineRuntime:
    """Turns messages into pictures as the runtime's loop does; the caller passes the time.

    Call it only from the thread that made it.
    """

    def __init__(
        self,
        avatar: Avatar,
        *,
        size: int,
        emotion_filter: str = EMOTION_FILTERS[0],
        emotion_composite: str = EMOTION_COMPOSITES[0],
        background: Background | None = None,
        engine: str = "",
        neural: NeuralSettings | None = None,
        is_still: bool = False,
    ) -> None:
        """Open the avatar's engine.

        Args:
            size: side of the square picture, pixels.
            emotion_filter, emotion_composite: of EMOTION_FILTERS and EMOTION_COMPOSITES.
            background: what is behind it; None = the avatar's own.
            engine: a key of ENGINES; "" = the engine that the avatar was made for.
            neural: settings of engines that run a network; None = the defaults.
            is_still: whether what no message moves stays as it is; else it idles.

        Raises:
            AvatarError: the engine cannot draw this avatar.
            RuntimeFailure: the engine cannot start, or cannot load the avatar or the background.
            InferenceError: a network of the filter, the composite or the engine cannot run.
        """
        self._control = Control()
        fitted = {"portrait": load_rig(avatar).portrait} if "rig" in avatar.files else {}
        self.at_rest, self.limits = rest_of(avatar, fitted), limits_of(avatar, fitted)
        idle = IdleSettings(amount=0.0) if is_still else None
        self._layers = default_layers(
            idle,
            worn=self,
            emotion_filter=make_emotion_filter(emotion_filter),
            emotion_composite=make_emotion_composite(emotion_composite),
        )
        self._motion = Motion.neutral()
        name = engine_for(avatar, engine)
        self._engine = make_engine(name, size, neural)
        prepared = prepare_avatar(name, avatar, size)
        if background is not None and background.kind and name != "null":
            prepared = _before(prepared, background, size)
        for _ in self._engine.upload(prepared):
            pass

    def step(
        self, messages: Iterable[ControlMessage], now_s: float, dt_s: float, *, draw: bool
    ) -> NDArray[np.uint8] | None:
        """Apply messages, advance the layers and, if asked, draw.

        Args:
            now_s: the time of this step, seconds; never falls from one step to the next.
            dt_s: seconds since the last step.
            draw: whether to draw.

        Returns:
            (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first, valid until the next step; None without
            `draw`.
        """
        received = [Received(message, round(now_s * 1e9)) for message in messages]
        self._control.update(received, now_s)
        self._motion = compose(self._layers, self._motion, self._control, dt_s)
        return self._engine.render(self._motion, now_s) if draw else None

    def close(self) -> None:
        """Close the engine; may be called twice."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _before(prepared: PreparedAvatar, background: Background, size: int) -> PreparedAvatar:
    """The avatar before a background.

    Raises:
        BackgroundError: it would be made of the avatar's own, and the avatar was made without one.
        FileError: a picture cannot be read.
    """
    arrays = dict(prepared.arrays)
    own = arrays.pop("plate", None)
    if background.picture is not None:
        arrays["plate"] = picture_plate(background.picture, size)
    elif background.kind == COLOUR:
        arrays["plate"] = colour_plate(background.colour, size)
    elif background.kind != "transparent":
        if own is None:
            raise BackgroundError(
                f"{prepared.avatar.path} was made without a background; give a colour, a picture or transparent"
            )
        plate = own_plate_as(background.kind, own, prepared.avatar.background)
        assert plate is not None, "only transparent gives none"
        arrays["plate"] = plate
    return replace(prepared, arrays=arrays)
