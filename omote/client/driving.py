"""Driving: the methods that move the face; they never wait, so the blocking and the asyncio client share them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, TypedDict, Unpack

from omote.client.channel_values import (
    EmotionValues,
    ExpressionValues,
    GazeValues,
    PoseValues,
    ViewValues,
)
from omote.client.control_sender import ControlSender
from omote.client.layer import Layer, check_layer
from omote.client.runtime_address import RuntimeAddress
from protocol.codec import MAX_SOURCE
from protocol.messages import LayerName

TTL_S: Final = 1.0


class Driving:
    """Any thread may call these methods. Each returns whether a runtime took the values.

    False means that none is connected at this moment: the values are dropped, for they would be out of date when one
    is. The connection comes back by itself. Every method raises `ValueRefusedError` for a value out of range, before
    anything is sent. `weight` is the share against the drivers below, 0..1; values hold for `ttl_s` seconds, 0.05..60.

    Attributes:
        source: this driver's name.
        address: the runtime's.
    """

    def __init__(self, source: str, address: RuntimeAddress, sender: ControlSender) -> None:
        """Take over a sender.

        Args:
            source: this driver's name in the status and the panel, 1 to 64 characters; "" = the program's.
            address: the runtime's.
            sender: connects to it.
        """
        self.source = source or program_name()
        self.address = address
        self._sender = sender

    @property
    def is_connected(self) -> bool:
        """Whether a runtime takes values now."""
        return self._sender.is_connected

    def pose(self, *, weight: float = 1.0, ttl_s: float = TTL_S, **values: Unpack[PoseValues]) -> bool:
        """Turn and move the head: yaw, pitch, roll in radians; x, y, z in portrait heights; scale."""
        return self.layer("pose", weight=weight, ttl_s=ttl_s).set(**_plain(values))

    def expression(
        self, *, weight: float = 1.0, ttl_s: float = TTL_S, **values: Unpack[ExpressionValues]
    ) -> bool:
        """Move parts of the face: the 52 ARKit blendshapes, 0..1."""
        return self.layer("expression", weight=weight, ttl_s=ttl_s).set(**_plain(values))

    def gaze(self, *, weight: float = 1.0, ttl_s: float = TTL_S, **values: Unpack[GazeValues]) -> bool:
        """Turn the eyes: yaw and pitch in radians, relative to the head."""
        return self.layer("gaze", weight=weight, ttl_s=ttl_s).set(**_plain(values))

    def emotion(self, *, weight: float = 1.0, ttl_s: float = TTL_S, **values: Unpack[EmotionValues]) -> bool:
        """Show emotions, 0..1; `weight` is also how far they replace what is emotional in the tracked expression."""
        return self.layer("emotion", weight=weight, ttl_s=ttl_s).set(**_plain(values))

    def view(self, *, weight: float = 1.0, ttl_s: float = TTL_S, **values: Unpack[ViewValues]) -> bool:
        """Move the camera: azimuth and elevation in radians, distance."""
        return self.layer("view", weight=weight, ttl_s=ttl_s).set(**_plain(values))

    def layer(
        self,
        name: LayerName,
        *,
        source: str = "",
        weight: float = 1.0,
        priority: int = 0,
        ttl_s: float = TTL_S,
    ) -> Layer:
        """A way to one layer with a priority of its own, which can also add to the values of other drivers.

        Args:
            name: pose, expression, gaze, emotion or view.
            source: "" = this client's. A program that drives one layer in two ways names two.
            weight, priority, ttl_s: as in `Layer`.

        Raises:
            ValueRefusedError: there is no such layer.
        """
        check_layer(name)
        return Layer(name, source or self.source, weight, priority, ttl_s, self._sender.send)


class _NoValues(TypedDict, total=False):
    """The type of which every layer's values are a kind."""


def _plain(values: _NoValues) -> dict[str, float]:
    """A layer's values as a plain dict; what is no number is refused by the check that follows."""
    return dict(values)  # type: ignore[arg-type]


def program_name() -> str:
    """The name of the running program, for `source`."""
    name = Path(sys.argv[0]).name if sys.argv else ""
    return name[:MAX_SOURCE] if name.isprintable() and name.strip(" -") not in ("", "c") else "python"
