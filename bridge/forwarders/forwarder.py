"""Forwarder: the contract of the encoders that turn composed Motion into another program's datagrams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from protocol.channels import CHANNELS, LAYERS
from protocol.messages import MotionMessage


class Forwarder(Protocol):
    """Encodes motion; the caller has the socket and the clock. Belongs to one thread.

    Attributes:
        name: as on the command line, "vmc".
        default_port: UDP port that such programs usually listen on.
        subject: the name that receivers identify the sender by; "" = they identify it by its address.
    """

    name: str
    default_port: int
    subject: str

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """Encode one frame's motion; return the datagrams in the order of sending.

        Args:
            motion: at least as many values as there are channels, all finite.
            time_s: Unix seconds.
        """
        ...


def _places(layer: str) -> slice:
    places = [index for index, channel in enumerate(CHANNELS) if channel.layer == layer]
    return slice(places[0], places[-1] + 1)


#: Slice of each layer's values in a MotionMessage.
_LAYERS: Final = {layer: _places(layer) for layer in LAYERS}


def layer_values(motion: MotionMessage, layer: str) -> Sequence[float]:
    """Return one layer's values, in wire order."""
    return motion.values[_LAYERS[layer]]
