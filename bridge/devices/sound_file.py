"""A sound file as samples: .wav of every width, and whatever FFmpeg decodes: mp3, m4a, ogg, flac, the sound of a video.

samples, rate = read_sound(Path("speech.wav"))     # (N,) float32 -1..1

Uncompressed .wav files need no extra; for all others PyAV is imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.wav_file import parse_wav
from bridge.errors import SoundError
from protocol.errors import FileError
from protocol.regular_file import open_regular, read_regular
from vision.errors import VisionError
from vision.media_container import media_errors, open_container, pyav

#: Samples per second that the vowels can be heard at; sound is not resampled between.
LOWEST_RATE: Final = 8000
HIGHEST_RATE: Final = 768_000
MAX_BYTES: Final = 1_000_000_000


def read_sound(path: Path) -> tuple[NDArray[np.float32], int]:
    """Read a sound file.

    Returns:
        (N,) float32 samples -1..1, the mean of the channels, and the samples per second, as the file has them.

    Raises:
        SoundError: the file is missing, holds no sound, is damaged or too large, or its rate is unusable.
    """
    try:
        with open_regular(path) as file:
            is_riff = file.read(4) == b"RIFF"
        found = parse_wav(read_regular(path, max_bytes=MAX_BYTES)) if is_riff else None
    except (FileError, OSError) as error:
        raise SoundError(str(error)) from error
    if found is None:
        samples, rate = _decoded(path)
    else:
        samples, rate = found.samples.mean(axis=1).astype(np.float32), found.rate
    if not len(samples):
        raise SoundError(f"{path} contains no sound; give a recording of a voice")
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise SoundError(
            f"{path} has {rate} samples per second, expected {LOWEST_RATE} to {HIGHEST_RATE}; convert it: "
            "ffmpeg -i FILE -ar 48000 speech.wav"
        )
    return np.clip(np.nan_to_num(samples), -1.0, 1.0), rate


def _decoded(path: Path) -> tuple[NDArray[np.float32], int]:
    """Decode a file with FFmpeg; damaged packets are passed over.

    Raises:
        SoundError: it is no media file, there is no sound in it, or it is too long.
    """
    try:
        av, refusals = pyav(), media_errors()
    except VisionError as error:
        raise SoundError(f"{path} is no uncompressed .wav: {error}") from error
    parts: list[NDArray[np.float32]] = []
    rate = count = 0
    try:
        with open_regular(path) as file, open_container(file) as container:
            if not container.streams.audio:
                raise SoundError(f"{path} contains no sound; give a recording of a voice")
            stream = container.streams.audio[0]
            if stream.codec_context is None:
                raise SoundError(
                    f"{path} holds sound in an unknown format; convert it: ffmpeg -i FILE speech.wav"
                )
            for packet in container.demux(stream):
                try:
                    frames = stream.decode(packet)
                except av.error.FFmpegError:
                    continue
                for frame in frames:
                    rate = rate or frame.sample_rate
                    parts.append(_mono(frame.to_ndarray(), frame.layout.nb_channels, frame.format.is_planar))
                    count += len(parts[-1])
                    if count > MAX_BYTES // 4:
                        raise SoundError(f"{path} is longer than {MAX_BYTES // 4:,} samples; split it")
    except FileError as error:
        raise SoundError(str(error)) from error
    except refusals as error:
        if not parts:
            raise SoundError(
                f"{path} cannot be read as sound ({_reason(error)}); expected a .wav, .mp3, .m4a, .ogg or .flac, as "
                "ffmpeg -i FILE speech.wav makes"
            ) from error
    return (np.concatenate(parts) if parts else np.empty(0, np.float32)), rate


def _reason(error: Exception) -> str:
    """FFmpeg's words without its number."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _mono(values: NDArray[Any], channels: int, is_planar: bool) -> NDArray[np.float32]:
    """The mean of the channels, (N,) float32: of (channels, N) planar, or (1, N * channels) interleaved samples."""
    by_channel = values if is_planar else values.reshape(-1, channels).T
    if by_channel.dtype == np.uint8:
        scaled = by_channel / 128.0 - 1.0
    elif by_channel.dtype.kind == "i":
        scaled = by_channel / 2.0 ** (8 * by_channel.dtype.itemsize - 1)
    else:
        scaled = by_channel
    return np.asarray(scaled.mean(axis=0, dtype=np.float64), np.float32)
