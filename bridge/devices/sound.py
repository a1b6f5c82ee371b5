"""Sound: the contract of sound sources, and a sound file in real time.

sound = FileSound(Path("speech.wav"))
samples = sound.read(now_s)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.devices.sound_file import read_sound
from bridge.errors import BridgeError

Samples = NDArray[np.float32]


class Sound(Protocol):
    """The contract of a sound source.

    Attributes:
        rate: samples per second.
    """

    rate: int

    @property
    def name(self) -> str:
        """Its name in messages."""
        ...

    @property
    def time_s(self) -> float:
        """Where in the recording or stream the newest sample that was read ends, seconds; nan = it has no times."""
        ...

    def read(self, now_s: float, now_ns: int = 0) -> Samples | None:
        """The (N,) float32 samples -1..1 since the last call, oldest first; None at the end.

        Args:
            now_s: of a clock that never jumps, any origin.
            now_ns: the same moment in Unix nanoseconds, for sound that says when it is heard.

        Raises:
            SoundError: the source has stopped for good.
        """
        ...

    def close(self) -> None:
        """Release the source; may be called twice."""
        ...


class FileSound:
    """A sound file, read in real time. A `Sound`.

    Attributes:
        samples: (N,) float32, all of it.
    """

    def __init__(self, path: Path, *, tail_s: float = 0.0) -> None:
        """Read the whole file.

        Args:
            tail_s: silence behind it, in which a mouth shuts.

        Raises:
            SoundError: the file cannot be used.
        """
        self.samples, self.rate = read_sound(path)
        self._played = np.concatenate([self.samples, np.zeros(round(tail_s * self.rate), np.float32)])
        self.name = path.name
        self._begin_s: float | None = None
        self._position = 0

    @property
    def time_s(self) -> float:
        """See `Sound`."""
        return self._position / self.rate

    def read(self, now_s: float, now_ns: int = 0) -> Samples | None:
        """See `Sound`."""
        if self._begin_s is None:
            self._begin_s = now_s
        if self._position >= len(self._played):
            return None
        until = min(max(int((now_s - self._begin_s) * self.rate), self._position), len(self._played))
        samples = self._played[self._position : until]
        self._position = until
        return samples

    def close(self) -> None:
        """Do nothing: the file is closed already."""


def load_sounddevice() -> Any:
    """Import the sounddevice module.

    Raises:
        BridgeError: it or PortAudio is not installed.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise BridgeError(
            f"a microphone needs sounddevice ({error}); install it with: pip install 'omote[microphone]', "
            "or read a file: --file speech.wav"
        ) from error
    except OSError as error:
        raise BridgeError(
            f"a microphone needs PortAudio ({error}); install it with: apt install libportaudio2, "
            "or read a file: --file speech.wav"
        ) from error
    return sounddevice
