"""GestureMessages: the gestures of a voice as messages of drivers of their own, below every other.

gestures = GestureMessages(48000, "microphone")
gestures.hear(samples, activity)
gestures.messages()                  # of "microphone-head" and "microphone-brows"; none at rest
"""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bridge.devices.voice_gestures import Gesture, VoiceGestures
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import TTL_S
from protocol.messages import ControlMessage

#: Below every tracker, script and take.
PRIORITY: Final = -10
#: Longest name of a driver.
LONGEST_SOURCE: Final = 64
_BROWS: Final = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
_LIDS: Final = ("eyeBlinkLeft", "eyeBlinkRight")


class GestureMessages:
    """Belongs to one thread and one stream of sound."""

    def __init__(self, rate: int, source: str) -> None:
        """A head at rest; `source` is the voice's driver, whose name theirs begin with."""
        self._gestures = VoiceGestures(rate)
        self._head, self._brows = (
            f"{source[: LONGEST_SOURCE - len(end)]}{end}" for end in ("-head", "-brows")
        )
        self._made = Gesture(0.0, 0.0, 0.0, 0.0, 0.0)
        self._has_shut = False
        self._sequence = first_sequence()

    def hear(self, samples: NDArray[np.floating], activity: float) -> None:
        """Take the newest 1/60 s; arguments as of `VoiceGestures`."""
        self._made = self._gestures(samples, activity)

    def messages(self) -> tuple[ControlMessage, ...]:
        """The messages of the newest gesture; none at rest, so that head and brows are left alone.

        The lids are in them while they blink: a long speech without pauses would keep them open otherwise.
        """
        made = self._made
        if made.is_at_rest:
            return ()
        self._sequence += 1
        pose = {"yaw": made.yaw, "pitch": made.pitch, "roll": made.roll}
        face = dict.fromkeys(_BROWS, made.brow)
        is_shut = made.blink > 0.0
        if is_shut or self._has_shut:  # the last one opens them
            face |= dict.fromkeys(_LIDS, made.blink)
        self._has_shut = is_shut
        head = ControlMessage(layer="pose", source=self._head, values=pose)
        brows = ControlMessage(layer="expression", source=self._brows, values=face)
        return tuple(
            replace(one, priority=PRIORITY, ttl_s=TTL_S, sequence=self._sequence) for one in (head, brows)
        )
