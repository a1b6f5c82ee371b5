"""VoiceSource: a recorded voice drives the mouth, and is heard.

source = VoiceSource(Path("talk.mp3"))

Live, the mouth follows a voice a little late; a file is known in advance, so its mouth moves at the sound's own time, and
with the longest look-ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from msgspec.structs import replace

from bridge.calibration.profile import Profiles
from bridge.devices.mouths import LONGEST_S, open_mouth
from bridge.devices.sound_file import read_sound
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from bridge.voice.told_sounds import ToldSounds
from omote.clips.source import Moment
from vision.sound_track import ClipSound

SOURCE: Final = "microphone"  # the source id of `omote-bridge microphone`: the runtime treats both alike
#: Above a video's or a take's own mouth.
PRIORITY: Final = 10


class VoiceSource:
    """A sound file. See `ClipSource`."""

    fps: float | None = None

    def __init__(self, path: Path, *, lips: str = "auto", told: ToldSounds | None = None) -> None:
        """Read the whole file.

        Args:
            lips: what hears the voice, of `bridge.devices.mouths.KINDS`.
            told: the sounds of speech, or the text, as far as they are known.

        Raises:
            SoundError: it holds no sound that can be used.
            InferenceError: `lips` is "network", and it cannot run here.
        """
        self._samples, self._rate = read_sound(path)
        self.expected_s = self.end_s = len(self._samples) / self._rate
        self.sound: ClipSound | None = ClipSound(path)
        self._mouth = open_mouth(self._rate, lips, look_ahead_s=LONGEST_S)
        self._told = None if told is None else told.track(self._samples, self._rate)
        self._remarks = [] if told is None else told.remarks

    def moments(self) -> Iterator[Moment]:
        """See `ClipSource`; also in silence, where the mouth is closed."""
        mouth = self._mouth
        make = SourceMessages(Profiles().of("microphone", SOURCE), source=SOURCE, layers=("expression",))
        ahead = np.zeros(round(mouth.latency_s * self._rate) + 2 * mouth.hop, np.float32)
        samples = np.concatenate([self._samples, ahead])
        for begin in range(0, len(samples) - mouth.hop + 1, mouth.hop):
            coefficients = mouth(samples[begin : begin + mouth.hop])
            heard_s = (begin + mouth.hop) / self._rate
            marked = None if self._told is None else self._told.at(heard_s - mouth.latency_s)
            if marked is not None:
                coefficients = marked.mixed_with(coefficients)
            seen = Observation(source=SOURCE, expression=coefficients, receive_time_ns=0)
            messages = make(seen, time_s=heard_s)
            yield Moment(
                max(heard_s - mouth.latency_s, 0.0),
                tuple(replace(message, priority=PRIORITY) for message in messages),
            )

    def remarks(self) -> list[str]:
        """See `ClipSource`."""
        return list(self._remarks)

    def close(self) -> None:
        """See `ClipSource`: it is closed already."""
