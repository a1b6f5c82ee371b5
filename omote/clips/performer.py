"""An avatar on a stage: messages in, pictures out, through the runtime's own control, layers and engine.

with AvatarPerformer(load_avatar(path), size=512) as performer:
    pixels = performer.step(messages, now_s=0.04, dt_s=0.04, draw=True)
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.motion import Motion
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.engines.selection import make_engine
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers


class AvatarPerformer:
    """What the loop is live, without its clock: time is an argument. One thread, the one that made it."""

    def __init__(self, avatar: Avatar, *, size: int) -> None:
        """Raises RuntimeFailure: the engine cannot be had or cannot take the avatar."""
        self._control = Control()
        self._layers = default_layers()
        self._motion = Motion.neutral()
        self._engine = make_engine(avatar.engine, size)
        self._engine.set_avatar(avatar)

    def step(
        self, messages: Iterable[ControlMessage], now_s: float, dt_s: float, *, draw: bool
    ) -> NDArray[np.uint8] | None:
        """Take messages and, if told to, draw: (size, size, 4) uint8 RGBA, valid until the next step."""
        received = [Received(message, round(now_s * 1e9)) for message in messages]
        self._control.update(received, now_s)
        self._motion = compose(self._layers, self._motion, self._control, dt_s)
        return self._engine.render(self._motion, now_s) if draw else None

    def close(self) -> None:
        """Give the engine back; may be called twice."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
