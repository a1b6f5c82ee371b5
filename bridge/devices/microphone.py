"""A voice -> the mouth, from a microphone or from a file at its own pace.

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

#: Sound that waits longer than this is passed over: a mouth that is late is worse than one that skips.
MAX_WAITING_S: Final = 0.25
#: A mouth that has been silent for this long belongs to whoever else drives it.
QUIET_S: Final = 0.6
_QUIET: Final = 0.02


class Sound(Protocol):
    """Where sound comes from.

    Attributes:
        name: for people.
        rate: samples a second.
    """

    name: str
    rate: int

    def take(self, now_s: float) -> Samples | None:
        """What has come since the last call, oldest first; None: nothing will come any more."""
        ...

    def close(self) -> None:
        """Give it back; may be called twice."""
        ...


class FileSound:
    """A .wav file, played without being heard."""

    def __init__(self, path: Path) -> None:
        """Raises SoundError: the file cannot be used."""
        self._samples, self.rate = read_wav(path)
        self.name = path.name
        self._begin_s: float | None = None
        self._place = 0

    def take(self, now_s: float) -> Samples | None:
        """See `Sound`."""
        if self._begin_s is None:
            self._begin_s = now_s
        if self._place >= len(self._samples):
            return None
        until = max(int((now_s - self._begin_s) * self.rate), self._place)
        taken = self._samples[self._place : until]
        self._place = until
        return taken

    def close(self) -> None:
        """Holds nothing."""


class MicrophoneSound:
    """A sound card's input, through PortAudio, whose own thread brings the sound."""

    def __init__(self, device: str | None) -> None:
        """Args:
        device: its number or a part of its name; None is the system's choice.

        Raises:
            SoundError: sounddevice or PortAudio is missing, or there is no such input.
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
                callback=self._hear,
            )
            self._stream.start()
        except (ValueError, sounddevice.PortAudioError) as error:
            raise SoundError(
                f"the microphone cannot be used: {error}; see what there is with: omote-bridge microphone --list"
            ) from error

    def take(self, now_s: float) -> Samples | None:
        """See `Sound`."""
        if not self._stream.active:
            raise SoundError(f"{self.name} has stopped; is it unplugged? Plug it in again and start anew")
        with self._lock:
            waiting, self._waiting, self._count = self._waiting, [], 0
        return np.concatenate(waiting) if waiting else np.empty(0, np.float32)

    def close(self) -> None:
        """See `Sound`."""
        self._stream.close()

    def _hear(self, block: Any, frames: int, timing: Any, flags: Any) -> None:
        with self._lock:
            if self._count > self.rate:  # nobody has taken anything for a second
                self._waiting, self._count = [], 0
            self._waiting.append(block[:, 0].copy())
            self._count += frames


class VoiceMouth:
    """Sound as messages for the mouth. A `Device`."""

    def __init__(self, sound: Sound, *, source: str = "microphone") -> None:
        """Args:
        sound: owned from now on.
        """
        self.source = source
        self.is_over = False
        self._sound = sound
        self._mouth = VowelMouth(sound.rate)
        self._rest = np.empty(0, np.float32)
        self._spoke_s = float("-inf")
        self._passed_over_s = 0.0
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
        taken = self._sound.take(now_s)
        if taken is None:
            self.is_over = True
            return ()
        samples = np.concatenate([self._rest, taken])
        hop = self._mouth.hop
        too_many = len(samples) - int(MAX_WAITING_S * self._sound.rate)
        if too_many > 0:
            samples = samples[too_many:]
            self._passed_over_s += too_many / self._sound.rate
        count = len(samples) // hop
        if count == 0:
            self._rest = samples
            return ()
        for frame in range(count):
            coefficients = self._mouth(samples[frame * hop : (frame + 1) * hop])
            np.maximum(self._heard, self._mouth.weights, out=self._heard)
        self._rest = samples[count * hop :]
        if self._mouth.weights.sum() > _QUIET:
            self._spoke_s = now_s
        if now_s - self._spoke_s > QUIET_S:
            return ()
        seen = Observation(source=self.source, expression=coefficients, receive_time_ns=now_ns)
        # It was said when the middle of the newest piece was.
        captured_ns = (
            now_ns - round(len(self._rest) / self._sound.rate * 1e9) - 500_000_000 // FRAMES_A_SECOND
        )
        return self._messages(seen, time_s=now_s, capture_time_ns=captured_ns)

    def status(self) -> str:
        """See `Device`."""
        said = ", ".join(
            f"{vowel} {weight:.2f}" for vowel, weight in zip(VOWELS, self._heard, strict=True) if weight > 0.1
        )
        line = f"{self._sound.name}: {said or 'silence'}"
        if self._passed_over_s:
            line += f", {self._passed_over_s:.1f} s passed over"
        self._heard[:] = 0.0
        return line

    def close(self) -> None:
        """See `Device`."""
        self._sound.close()


def load_sounddevice() -> Any:
    """The sounddevice module.

    Raises:
        BridgeError: it or PortAudio is not installed.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise BridgeError(
            f"a microphone needs sounddevice ({error}); install it with: pip install 'omote[microphone]', "
            "or take a file: --file speech.wav"
        ) from error
    except OSError as error:
        raise BridgeError(
            f"a microphone needs PortAudio ({error}); install it with: apt install libportaudio2, "
            "or take a file: --file speech.wav"
        ) from error
    return sounddevice
