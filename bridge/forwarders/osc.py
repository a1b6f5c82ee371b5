"""Motion as Omote's own flat OSC addresses: for anything that reads OSC, and for another Omote.

/omote/pose, /omote/expression, /omote/gaze, /omote/view, /omote/emotion, each with its channels' values in wire
order (docs/protocol.md), in one bundle.

The expression already holds what the emotions do to the face. So they come last, with /omote/weight 0: another
Omote must not take a smile for an emotion that nobody claims, and put it on once more.
"""

from __future__ import annotations

from typing import Final

from bridge.forwarders.forwarder import layer_of
from protocol.messages import OSC_PORT, MotionMessage
from protocol.osc.control import PREFIX
from protocol.osc.write import osc_bundles, osc_message

_NO_CLAIM: Final = osc_message(f"{PREFIX}weight", 0.0)


class OscForwarder:
    """A `Forwarder`."""

    name = "osc"
    default_port = OSC_PORT
    subject = ""

    def datagrams(self, motion: MotionMessage, *, time_s: float) -> list[bytes]:
        """One bundle of 524 bytes."""

        def values(layer: str) -> bytes:
            return osc_message(PREFIX + layer, *map(float, layer_of(motion, layer)))

        faces = [values(layer) for layer in ("pose", "expression", "gaze", "view")]
        return osc_bundles([*faces, _NO_CLAIM, values("emotion")])
