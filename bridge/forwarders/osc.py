"""Motion as Omote's own flat OSC addresses: for anything that reads OSC, and for another Omote.

/omote/pose, /omote/expression, /omote/gaze, /omote/emotion, /omote/view, each with its channels' values in wire
order (docs/protocol.md), in one bundle.
"""

from __future__ import annotations

from bridge.forwarders.forwarder import layer_of
from protocol.channels import LAYERS
from protocol.messages import OSC_PORT, MotionMessage
from protocol.osc_control import PREFIX
from protocol.osc_writer import osc_bundles, osc_message


class OscForwarder:
    """A `Forwarder`."""

    name = "osc"
    default_port = OSC_PORT
    subject = ""

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """One bundle of five messages, 560 bytes."""
        return osc_bundles(
            osc_message(PREFIX + layer, *map(float, layer_of(motion, layer))) for layer in LAYERS
        )
