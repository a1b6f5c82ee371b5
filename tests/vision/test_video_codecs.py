from __future__ import annotations

import pytest

from vision.video_codecs import FORMATS, PictureCodec, available

av = pytest.importorskip("av")


def test_the_first_encoder_that_pyav_has_is_taken() -> None:
    missing = PictureCodec("no_such_encoder", "yuv420p", {})
    there = PictureCodec("mpeg4", "yuv420p", {})
    other = PictureCodec("mjpeg", "yuvj420p", {})
    assert available((missing, there, other), av) is there
    assert available((there, missing), av) is there


def test_a_build_without_any_gets_the_last_one() -> None:
    missing = PictureCodec("no_such_encoder", "yuv420p", {})
    assert available((missing, missing._replace(name="nor_this")), av).name == "nor_this"


def test_mp4_can_be_written_by_every_build_of_ffmpeg() -> None:
    assert FORMATS[".mp4"].pictures[-1].name == "mpeg4"  # part of libavcodec itself
    assert available(FORMATS[".mp4"].pictures, av).name == "libx264"  # of PyAV's own wheels
