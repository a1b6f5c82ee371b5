"""VoiceMouth: moves the mouth by a voice, from a microphone or from a sound file in real time.

microphone = VoiceMouth(MicrophoneSound(None), source="microphone")
talker = VoiceMouth(FileSound(Path("speech.wav")), source="microphone")
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import Profiles
from bridge.devices.sound_file import read_wav
from bridge.devices.vowel_mouth import FRAMES_A_SECOND, VowelMouth
from bridge.devices.vowel_spectrum import VOWELS
from bridge.errors import BridgeError, SoundError
from bridge.observation import Observation
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import TTL_S, SourceMessages
from protocol.messages import ControlMessage

Samples = NDArray[np.float32]

#: Older waiting sound is skipped: a late mouth is worse than one that skips.
MAX_WAITING_S: Final = 0.25
#: After this much silence the mouth is left to other drivers.
QUIET_S: Final = 0.6
#: A sum of vowel weights up to this counts as silence.
_QUIET: Final = 0.02


class Sound(Protocol):
    """The contract of a sound source.

    Attributes:
        name: its name in messages.
        rate: samples per second.
    """

    name: str
    rate: int

    def read(self, now_s: float) -> Samples | None:
        """The (N,) float32 samples -1..1 since the last call, oldest first; None at the end.

        Raises:
            SoundError: the source has stopped for good.
        """
        ...

    def close(self) -> None:
        """Release the source; may be called twice."""
        ...


class FileSound:
    """A .wav file, read in real time. A `Sound`."""

    def __init__(self, path: Path) -> None:
        """Read the whole file.

        Raises:
            SoundError: the file cannot be used.
        """
        self._samples, self.rate = read_wav(path)
        self.name = path.name
        self._begin_s: float | None = None
        self._position = 0

    def read(self, now_s: float) -> Samples | None:
        """See `Sound`."""
        if self._begin_s is None:
            self._begin_s = now_s
        if self._position >= len(self._samples):
            return None
        until = max(int((now_s - self._begin_s) * self.rate), self._position)
        samples = self._samples[self._position : until]
        self._position = until
        return samples

    def close(self) -> None:
        """Do nothing: the file is closed already."""


class MicrophoneSound:
    """A sound card's input, recorded on PortAudio's own thread. A `Sound`."""

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

    def read(self, now_s: float) -> Samples | None:
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


class VoiceMouth:
    """Turns sound into messages for the mouth. A `Device`."""

    def __init__(self, sound: Sound, *, source: str = "microphone") -> None:
        """A closed mouth.

        Args:
            sound: owned from now on.
            source: the driver's name in the runtime.
        """
        self.source = source
        self.is_over = False
        self._sound = sound
        self._mouth = VowelMouth(sound.rate)
        self._unused = np.empty(0, np.float32)
        self._spoke_s = float("-inf")
        self._skipped_s = 0.0
        self._heard = np.zeros(len(VOWELS))
        self._messages = SourceMessages(
            Profiles().of("microphone", source),
            source=source,
            layers=("expression",),
            ttl_s=TTL_S,
            first_sequence=first_sequence(),
        )

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """See `Device`."""
        new = self._sound.read(now_s)
        if new is None:
            self.is_over = True
            return ()
        samples = np.concatenate([self._unused, new])
        hop = self._mouth.hop
        too_many = len(samples) - int(MAX_WAITING_S * self._sound.rate)
        if too_many > 0:
            samples = samples[too_many:]
            self._skipped_s += too_many / self._sound.rate
        count = len(samples) // hop
        if count == 0:
            self._unused = samples
            return ()
        for frame in range(count):
            coefficients = self._mouth(samples[frame * hop : (frame + 1) * hop])
            np.maximum(self._heard, self._mouth.weights, out=self._heard)
        self._unused = samples[count * hop :]
        if self._mouth.weights.sum() > _QUIET:
            self._spoke_s = now_s
        if now_s - self._spoke_s > QUIET_S:
            return ()
        seen = Observation(source=self.source, expression=coefficients, receive_time_ns=now_ns)
        # The capture time is the middle of the newest frame.
        captured_ns = (
            now_ns - round(len(self._unused) / self._sound.rate * 1e9) - 500_000_000 // FRAMES_A_SECOND
        )
        return self._messages(seen, time_s=now_s, capture_time_ns=captured_ns)

    def status(self) -> str:
        """See `Device`."""
        vowels = ", ".join(
            f"{vowel} {weight:.2f}" for vowel, weight in zip(VOWELS, self._heard, strict=True) if weight > 0.1
        )
        line = f"{self._sound.name}: {vowels or 'silence'}"
        if self._skipped_s:
            line += f", {self._skipped_s:.1f} s skipped"
        self._heard[:] = 0.0
        return line

    def close(self) -> None:
        """See `Device`."""
        self._sound.close()


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
