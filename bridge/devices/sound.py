"""Sound: the contract of sound sources, a sound file in real time and a microphone.

sound = MicrophoneSound(None)
samples = sound.read(now_s)
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.devices.sound_file import read_sound
from bridge.errors import BridgeError, SoundError

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

    def __init__(self, path: Path) -> None:
        """Read the whole file.

        Raises:
            SoundError: the file cannot be used.
        """
        self.samples, self.rate = read_sound(path)
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
        if self._position >= len(self.samples):
            return None
        until = max(int((now_s - self._begin_s) * self.rate), self._position)
        samples = self.samples[self._position : until]
        self._position = until
        return samples

    def close(self) -> None:
        """Do nothing: the file is closed already."""


class MicrophoneSound:
    """A sound card's input, recorded on PortAudio's own thread. A `Sound`."""

    time_s = float("nan")

    def __init__(self, device: str | None) -> None:
        """Start recording.

        Args:
            device: its number or part of its name; None = the system's default.

        Raises:
            BridgeError: sounddevice or PortAudio is not installed.
            SoundError: there is no such input, or it cannot be opened.
        """
        sounddevice = load_sounddevice()
        wanted = int(device) if device is not None and device.isdigit() else device
        self._waiting: list[Samples] = []
        self._lock = threading.Lock()
        self._count = 0
        try:
            described = sounddevice.query_devices(wanted, "input")
            self.name = str(described["name"])
            self.rate = int(described["default_samplerate"])
            self._stream: Any = sounddevice.InputStream(
                device=wanted,
                samplerate=self.rate,
                channels=1,
                dtype="float32",
                latency="low",
                blocksize=0,
                callback=self._record,
            )
            self._stream.start()
        except (ValueError, sounddevice.PortAudioError) as error:
            raise SoundError(
                f"the microphone cannot be used: {error}; list the inputs with: omote-bridge microphone --list"
            ) from error

    def read(self, now_s: float, now_ns: int = 0) -> Samples | None:
        """See `Sound`."""
        if not self._stream.active:
            raise SoundError(f"{self.name} has stopped; is it unplugged? Plug it in again and start anew")
        with self._lock:
            waiting, self._waiting, self._count = self._waiting, [], 0
        return np.concatenate(waiting) if waiting else np.empty(0, np.float32)

    def close(self) -> None:
        """See `Sound`."""
        self._stream.close()

    def _record(self, block: Any, frames: int, timing: Any, flags: Any) -> None:
        with self._lock:
            if self._count > self.rate:  # unread for more than a second
                self._waiting, self._count = [], 0
            self._waiting.append(block[:, 0].copy())
            self._count += frames


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
