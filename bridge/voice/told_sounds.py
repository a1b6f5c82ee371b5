"""ToldSounds: what is known of a recording besides its sound: its visemes with their times, its text, or its subtitles.

told = ToldSounds(text=Path("talk.txt"), language="en-us")
track = told.track(samples, rate)
told.remarks                  # what the user should know
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import BANDS, HOP, RATE, LogMel
from bridge.devices.stream_resampler import StreamResampler
from bridge.devices.voice_network import DELAYS_S, installed_voice, load_voice_model, open_voice_network
from bridge.errors import SoundError
from bridge.voice.alignment import AlignedText, HeardVisemes, SpokenSound, aligned, with_pauses
from bridge.voice.mark_files import read_marks
from bridge.voice.mark_names import phones_of
from bridge.voice.mark_track import MarkTrack
from bridge.voice.subtitles import Cue, cues_of, passages_of
from bridge.voice.text_sounds import read_text, sounds_of_text
from face.coarticulation import TimedPhone
from protocol.errors import CodecError

#: With a lower fit the text is probably another one, or in another language.
_POOR_FIT: Final = 0.3
#: What is said begins at most this long before its subtitle is shown, and ends at most this long after.
_EARLIER_S, _LATER_S = 0.4, 0.8


class _Passage(NamedTuple):
    """What is said in a time; without subtitles one passage has no end."""

    begin_s: float
    end_s: float
    sounds: list[SpokenSound]


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
        self._passages: list[_Passage] = []
        self._text = text
        if marks is not None:
            try:
                self._phones = phones_of(read_marks(marks))
            except CodecError as error:
                raise SoundError(f"{marks}: {error}") from error
        elif text is not None:
            words = read_text(text)
            cues = passages_of(cues_of(words)) or [Cue(0.0, np.inf, words)]
            self._passages = [
                _Passage(one.begin_s, one.end_s, sounds_of_text(one.text, language)) for one in cues
            ]

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
        heard = heard_visemes(samples, rate)
        if len(self._passages) == 1 and self._passages[0].end_s == np.inf:
            found = [aligned(self._passages[0].sounds, heard)]
        else:
            found = self._aligned_passages(heard)
        fit = float(np.mean([one.fit for one in found]))
        if fit < _POOR_FIT:
            self.remarks.append(
                f"{self._text} fits what is heard by {fit:.0%} only; is it the text of this recording, and in this "
                "language?"
            )
        return MarkTrack([phone for one in found for phone in with_pauses(one.phones)])

    def _aligned_passages(self, heard: HeardVisemes) -> list[AlignedText]:
        """Each passage of subtitles about its own time. One that does not fit is left out: there the network is followed.

        Raises:
            SoundError: none fits.
        """
        made = []
        for number, one in enumerate(self._passages):
            first_s, last_s = one.begin_s - _EARLIER_S, one.end_s + _LATER_S
            if number > 0:
                first_s = max(first_s, self._passages[number - 1].end_s)
            if number + 1 < len(self._passages):
                last_s = min(last_s, self._passages[number + 1].begin_s)
            inside = (heard.times_s >= first_s) & (heard.times_s <= last_s)
            if not one.sounds or inside.sum() < 2:
                continue
            try:
                made.append(aligned(one.sounds, HeardVisemes(heard.times_s[inside], heard.shares[inside])))
            except SoundError as error:
                self.remarks.append(f"{self._text}, at {one.begin_s:.1f} s: {error}")
        if not made:
            raise SoundError(f"no subtitle of {self._text} fits the recording; give those of this recording")
        return made


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
