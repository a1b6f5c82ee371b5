"""OscForwarder: motion as Omote's own OSC addresses, for any program that reads OSC and for another Omote.

/omote/pose, /omote/expression, /omote/gaze, /omote/view, /omote/emotion, each with its channels' values in wire
order (docs/protocol.md), in one bundle.

The expression already contains the effect of the emotions. So the emotions are sent last, with /omote/weight 0:
with a weight, another Omote would apply them a second time.
"""

from __future__ import annotations

from typing import Final

from bridge.forwarders.forwarder import layer_values
from protocol.messages import OSC_PORT, MotionMessage
from protocol.osc.control import PREFIX
from protocol.osc.write import osc_bundles, osc_message

_ZERO_WEIGHT: Final = osc_message(f"{PREFIX}weight", 0.0)


class OscForwarder:
    """A `Forwarder` to OSC programs."""

    name = "osc"
    default_port = OSC_PORT
    subject = ""

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """Encode one bundle of 524 bytes."""

        def values(layer: str) -> bytes:
            return osc_message(PREFIX + layer, *map(float, layer_values(motion, layer)))

        faces = [values(layer) for layer in ("pose", "expression", "gaze", "view")]
        return osc_bundles([*faces, _ZERO_WEIGHT, values("emotion")])
