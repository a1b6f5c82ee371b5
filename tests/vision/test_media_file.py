"""What is common to videos and sound; each of them has tests of its own files."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import psutil
import pytest

pytest.importorskip("av", reason="pip install 'omote[tracking]'")

from tests.vision.sound_files import click, write_sound
from vision.errors import VideoError
from vision.media_file import MediaFile

REFUSAL = VideoError("no such thing; give another file")


class Opened(MediaFile):
    """With what its heirs call."""

    def open(self) -> int:
        """How many streams of sound it holds."""
        return len(self._open_container(REFUSAL).streams.audio)

    def samples(self) -> int:
        """Decoded, in all."""
        assert self._container is not None
        return sum(frame.samples for frame in self._decoded(self._container.streams.audio[0]))


def open_files() -> int:
    gc.collect()
    return len(psutil.Process().open_files())


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "v.wav", "pcm_s16le", click(0.5, 1.0))


def test_every_frame_is_decoded_and_the_file_closed(sound: Path) -> None:
    before = open_files()
    with Opened(sound) as media:
        assert media.open() == 1
        assert open_files() == before + 1
        assert media.samples() == 48000
    media.close()
    assert open_files() == before


def test_a_file_that_was_cut_off_ends_where_it_does(sound: Path, tmp_path: Path) -> None:
    data = sound.read_bytes()
    short = tmp_path / "short.wav"
    short.write_bytes(data[: len(data) // 2])
    with Opened(sound) as whole, Opened(short) as half:
        whole.open(), half.open()
        share = half.samples() / whole.samples()
    assert share == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "content", [b"", b"no sound at all\n" * 99, np.arange(999, dtype=np.uint8).tobytes()]
)
def test_what_is_no_media_is_refused_as_asked_and_closed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    before = open_files()
    with Opened(path) as media, pytest.raises(VideoError) as refused:
        media.open()
    assert refused.value is REFUSAL
    assert open_files() == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"gone\.mp4"):
        Opened(tmp_path / "gone.mp4").open()
