"""ToldSounds: what is known of a recording besides its sound: its visemes with their times, or its text.

told = ToldSounds(text=Path("talk.txt"), language="en-us")
track = told.track(samples, rate)
told.remarks                  # what the user should know
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import BANDS, HOP, RATE, LogMel
from bridge.devices.stream_resampler import StreamResampler
from bridge.devices.voice_network import DELAYS_S, installed_voice, load_voice_model, open_voice_network
from bridge.errors import SoundError
from bridge.voice.alignment import HeardVisemes, SpokenSound, aligned, with_pauses
from bridge.voice.mark_files import read_marks
from bridge.voice.mark_names import phones_of
from bridge.voice.mark_track import MarkTrack
from bridge.voice.text_sounds import read_text, sounds_of_text
from face.coarticulation import TimedPhone
from protocol.errors import CodecError

#: With a lower fit the text is probably another one, or in another language.
_POOR_FIT: Final = 0.3


class ToldSounds:
    """Either marks or a text.

    Attributes:
        remarks: lines for the user, after `track`.
    """

    def __init__(
        self, *, marks: Path | None = None, text: Path | None = None, language: str = "en-us"
    ) -> None:
        """Read the file.

        Raises:
            SoundError: it cannot be used, both are given, or espeak-ng is missing or does not know the language.
        """
        if marks is not None and text is not None:
            raise SoundError("--visemes and --text both tell the sounds of the recording; give one of them")
        self.remarks: list[str] = []
        self._phones: list[TimedPhone] | None = None
        self._sounds: list[SpokenSound] = []
        self._text = text
        if marks is not None:
            try:
                self._phones = phones_of(read_marks(marks))
            except CodecError as error:
                raise SoundError(f"{marks}: {error}") from error
        elif text is not None:
            self._sounds = sounds_of_text(read_text(text), language)

    @classmethod
    def of_options(cls, marks: Path | None, text: Path | None, language: str) -> Self | None:
        """As `--visemes`, `--text` and `--language` say; None = nothing is told.

        Raises:
            SoundError: as the constructor.
        """
        return None if marks is None and text is None else cls(marks=marks, text=text, language=language)

    def track(self, samples: NDArray[np.float32], rate: int) -> MarkTrack:
        """The sounds at their times in a recording.

        Args:
            samples: (N,), -1..1.

        Raises:
            SoundError: the text does not fit into the recording.
            InferenceError: the network, which hears where the text is, cannot run here.
        """
        if self._phones is not None:
            return MarkTrack(self._phones)
        found = aligned(self._sounds, heard_visemes(samples, rate))
        if found.fit < _POOR_FIT:
            self.remarks.append(
                f"{self._text} fits what is heard by {found.fit:.0%} only; is it the text of this recording, and in this "
                "language?"
            )
        return MarkTrack(with_pauses(found.phones))


def heard_visemes(samples: NDArray[np.float32], rate: int, folder: Path | None = None) -> HeardVisemes:
    """What the network hears in a whole recording, with its longest look-ahead.

    Args:
        folder: another network's; None = the one that comes with the bridge.

    Raises:
        InferenceError: it cannot run here.
    """
    network = open_voice_network(load_voice_model(folder or installed_voice()))
    resampler = StreamResampler(rate, RATE)
    late = round((DELAYS_S[-1] + resampler.late_s) * RATE) + 2 * HOP
    sound = np.concatenate([resampler(samples), resampler(np.zeros(-(-late * rate // RATE), np.float32))])
    bands = LogMel()(sound[: len(sound) // (2 * HOP) * 2 * HOP]).reshape(-1, 2 * BANDS)
    shares = np.stack([network.hear(one).visemes[-1].copy() for one in bands])
    times_s = np.arange(1, len(bands) + 1, dtype=np.float64) * (2 * HOP / RATE) - DELAYS_S[-1]
    is_inside = (times_s >= 0.0) & (times_s <= max(len(samples) / rate, 1.0 / 60.0))
    return HeardVisemes(times_s[is_inside], shares[is_inside])
