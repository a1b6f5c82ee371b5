"""MicrophoneSound: a sound card's input, also after it was unplugged and is back; or what this machine plays.

sound = MicrophoneSound(None)            # the system's default input
sound = MicrophoneSound("loopback")      # what is played here, where the system offers it as an input
samples = sound.read(now_s)
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.sound import load_sounddevice
from bridge.devices.stream_resampler import StreamResampler
from bridge.errors import SoundError

Samples = NDArray[np.float32]

#: The name that stands for what this machine plays.
LOOPBACK: Final = "loopback"
#: What inputs that give it are called: PulseAudio and PipeWire, WASAPI, macOS's drivers.
_LOOPBACK_NAMES: Final = (
    "monitor of",
    ".monitor",
    "[loopback]",
    "stereo mix",
    "blackhole",
    "loopback audio",
    "soundflower",
)
#: An input by which ALSA programs reach PulseAudio or PipeWire, and the variable that says which of their sources it is.
_PULSE_NAMES: Final = ("pulse", "pipewire")
_PULSE_SOURCE, _PULSE_MONITOR = "PULSE_SOURCE", "@DEFAULT_MONITOR@"
#: Without a block for this long there is silence: where nothing is played, some systems give nothing.
_PAUSE_S: Final = 0.2
#: A microphone without a block for this long is away, and is opened again this often.
_SILENT_S: Final = 2.0
_AGAIN_S: Final = 1.0
#: PortAudio that takes longer to open a device hangs.
_HANGS_S: Final = 5.0
#: Silence at most at once, where a device is away.
_MOST_S: Final = 0.25


class MicrophoneSound:
    """Recorded on PortAudio's own thread. A `bridge.devices.sound.Sound`.

    Where the device is unplugged, `read` gives silence and a thread tries to open it again, until it is back.
    """

    time_s = float("nan")

    def __init__(self, device: str | None) -> None:
        """Start recording.

        Args:
            device: its number or part of its name; "loopback" = what is played; None = the system's default.

        Raises:
            BridgeError: sounddevice or PortAudio is not installed.
            SoundError: there is no such input, or it cannot be opened.
        """
        self._sounddevice = load_sounddevice()
        self._device = device
        self._waiting: list[Samples] = []
        self._lock = threading.Lock()
        self._count = self._blocks = self._seen = 0
        self._heard_s: float | None = None  # when the last block was seen
        self._read_s: float | None = None
        self._tried_s = float("-inf")
        self._is_lost = self._is_closed = False
        self._opening: threading.Thread | None = None
        self._resampler: StreamResampler | None = None
        self._why = ""
        try:
            self._described = self._find()
            self.rate = int(self._described["default_samplerate"])
            self._stream: Any = self._open(self.rate)
        except (ValueError, self._sounddevice.PortAudioError) as error:
            raise SoundError(
                f"the microphone cannot be used: {error}; list the inputs with: omote-bridge microphone --list"
            ) from error

    @property
    def name(self) -> str:
        """Its name, and whether it is away."""
        name = str(self._described["name"])
        return f"{name} is away ({self._why or 'it is back'}); plug it in again" if self._is_lost else name

    def read(self, now_s: float, now_ns: int = 0) -> Samples:
        """See `Sound`; silence while the device is away."""
        elapsed_s = 0.0 if self._read_s is None else max(now_s - self._read_s, 0.0)
        self._read_s = now_s
        if self._blocks != self._seen or self._heard_s is None:
            self._seen, self._heard_s = self._blocks, now_s
        if not self._is_lost:
            if not self._is_active():
                self._lose("it has stopped")
            elif self._device != LOOPBACK and now_s - self._heard_s > _SILENT_S:
                self._lose("it gives no sound")
        if self._is_lost:
            self._try_again(now_s)
        if self._is_lost or now_s - self._heard_s > _PAUSE_S:
            return np.zeros(round(min(elapsed_s, _MOST_S) * self.rate), np.float32)
        with self._lock:
            waiting, self._waiting, self._count = self._waiting, [], 0
        return np.concatenate(waiting) if waiting else np.empty(0, np.float32)

    def close(self) -> None:
        """See `Sound`."""
        self._is_closed = True
        if self._opening is not None:
            self._opening.join(_HANGS_S)
            if self._opening.is_alive():
                # PortAudio waits for a device that does not answer, and would at the end of the program
                with suppress(AttributeError):
                    atexit.unregister(self._sounddevice._exit_handler)
                return
        self._stream.close()

    def _find(self) -> Mapping[str, Any]:
        """The device's description.

        Raises:
            ValueError: there is none.
        """
        if self._device == LOOPBACK:
            return _loopback(self._sounddevice)
        wanted = int(self._device) if self._device is not None and self._device.isdigit() else self._device
        found: Mapping[str, Any] = self._sounddevice.query_devices(wanted, "input")
        return found

    def _open(self, rate: int) -> Any:
        """A running stream of the device.

        Raises:
            PortAudioError: it cannot be opened.
        """
        index = self._described.get("index")
        if index is None:
            index = int(self._device) if self._device is not None and self._device.isdigit() else self._device
        stream = self._sounddevice.InputStream(
            device=index,
            samplerate=rate,
            channels=1,
            dtype="float32",
            latency="low",
            blocksize=0,
            callback=self._record,
        )
        stream.start()
        return stream

    def _is_active(self) -> bool:
        try:
            return bool(self._stream.active)
        except self._sounddevice.PortAudioError:  # some systems answer so where a device was unplugged
            return False

    def _lose(self, why: str) -> None:
        self._is_lost, self._why = True, why
        with self._lock:
            self._waiting, self._count = [], 0

    def _try_again(self, now_s: float) -> None:
        """Open the device again on a thread: PortAudio takes its time."""
        if self._opening is not None and not self._opening.is_alive():
            self._opening = None
            if not self._why:  # it was opened
                self._is_lost, self._heard_s, self._seen = False, now_s, self._blocks
                return
        if self._opening is not None and now_s - self._tried_s > _HANGS_S:
            self._why = "PortAudio waits for it; start the bridge again"
        if self._opening is not None or now_s - self._tried_s < _AGAIN_S:
            return
        self._tried_s = now_s
        self._opening = threading.Thread(target=self._reopen, name="microphone", daemon=True)
        self._opening.start()

    def _reopen(self) -> None:
        """Look for the device among those that are there now; `_why` is empty where it is recording again."""
        sounddevice = self._sounddevice
        try:
            with suppress(sounddevice.PortAudioError):
                self._stream.close()
            with suppress(sounddevice.PortAudioError):  # it did not begin again the last time
                sounddevice._terminate()  # PortAudio lists devices once, when it is initialised
            sounddevice._initialize()
            self._described = self._find()
            rate = int(self._described["default_samplerate"])
            self._resampler = None if rate == self.rate else StreamResampler(rate, self.rate)
            if not self._is_closed:
                self._stream = self._open(rate)
                self._why = ""
        except (ValueError, SoundError, sounddevice.PortAudioError) as error:
            self._why = str(error) or "it cannot be opened"

    def _record(self, block: Any, frames: int, timing: Any, flags: Any) -> None:
        samples = block[:, 0].copy()
        if self._resampler is not None:
            samples = self._resampler(samples)
        with self._lock:
            if self._count > self.rate:  # unread for more than a second
                self._waiting, self._count = [], 0
            self._waiting.append(samples)
            self._count += len(samples)
        self._blocks += 1


def loopback_index(names: Sequence[tuple[str, int]]) -> int | None:
    """The first device that gives what is played; None = there is none.

    Args:
        names: name and number of input channels of each device.
    """
    for place, (name, inputs) in enumerate(names):
        if inputs > 0 and any(one in name.lower() for one in _LOOPBACK_NAMES):
            return place
    return None


def _loopback(sounddevice: Any) -> Mapping[str, Any]:
    """The description of an input that gives what is played.

    Raises:
        SoundError: the system offers none; says what to do.
    """
    devices: Sequence[Mapping[str, Any]] = list(sounddevice.query_devices())
    names = [(str(one["name"]), int(one["max_input_channels"])) for one in devices]
    place = loopback_index(names)
    if place is None:
        place = next(
            (n for n, (name, inputs) in enumerate(names) if inputs > 0 and name in _PULSE_NAMES), None
        )
        if place is not None:  # PortAudio does not list its monitors, but it can be told to record one
            os.environ[_PULSE_SOURCE] = _PULSE_MONITOR
    if place is None:
        inputs = ", ".join(name for name, count in names if count > 0) or "none"
        raise SoundError(
            f"no input gives what this machine plays (inputs: {inputs}); on Linux install PulseAudio's ALSA plugin "
            "(apt install libasound2-plugins), on Windows switch Stereo Mix on, on macOS install BlackHole"
        )
    return {**devices[place], "index": place}
