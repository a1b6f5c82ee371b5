"""Forwarder: the contract of everything that turns composed Motion into another program's datagrams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from protocol.channels import CHANNELS, LAYERS
from protocol.messages import MotionMessage


class Forwarder(Protocol):
    """Pure but for what it counts; sockets and clocks are the caller's.

    Attributes:
        name: as the user names it.
        default_port: where such programs usually listen.
        subject: the name that receivers know it by; "" = they know it by its address.
    """

    name: str
    default_port: int
    subject: str

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """One frame's motion, in the order of sending.

        Args:
            motion: with at least as many values as there are channels, all finite.
            time_s: Unix seconds.
        """
        ...


def _places(layer: str) -> slice:
    places = [index for index, channel in enumerate(CHANNELS) if channel.layer == layer]
    return slice(places[0], places[-1] + 1)


#: Where each layer's values lie in a MotionMessage.
_LAYERS: Final = {layer: _places(layer) for layer in LAYERS}


def layer_of(motion: MotionMessage, layer: str) -> Sequence[float]:
    """One layer's values in wire order."""
    return motion.values[_LAYERS[layer]]
