"""VoiceMoodMessages: the arousal of a voice as messages of a driver of its own, below every other and never loud.

mood = VoiceMoodMessages(24000, "microphone")
mood.hear(samples, activity)
mood.messages()                  # of "microphone-mood"; none at rest
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.gesture_messages import LONGEST_SOURCE, PRIORITY
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import TTL_S
from bridge.voice.voice_mood import VoiceMood
from protocol.messages import ControlMessage

#: Weight of the strongest arousal against the drivers below: what is heard in a voice is a guess.
MOST: Final = 0.4
_LEAST: Final = 0.01
_END: Final = "-mood"


class VoiceMoodMessages:
    """Belongs to one thread and one stream of sound."""

    def __init__(self, rate: int, source: str) -> None:
        """A voice that is not known yet; `source` is the voice's driver, whose name this one's begins with."""
        self._mood = VoiceMood(rate)
        self._source = f"{source[: LONGEST_SOURCE - len(_END)]}{_END}"
        self._sequence = first_sequence()

    @property
    def arousal(self) -> float:
        """-1..1, as of the last frame."""
        return self._mood.arousal

    def hear(self, samples: NDArray[np.floating], activity: float) -> None:
        """Take the newest 1/60 s; arguments as of `VoiceMood`."""
        self._mood(samples, activity)

    def messages(self) -> tuple[ControlMessage, ...]:
        """The message of the newest mood; none where it is as usual, so that the face is left alone.

        The weight is how strong the mood is: so it claims as little of the face as it changes.
        """
        weight = MOST * abs(self._mood.arousal)
        if weight < _LEAST:
            return ()
        self._sequence += 1
        return (
            ControlMessage(
                layer="emotion",
                source=self._source,
                values={"arousal": 1.0 if self._mood.arousal > 0.0 else -1.0},
                weight=weight,
                priority=PRIORITY,
                ttl_s=TTL_S,
                sequence=self._sequence,
            ),
        )
