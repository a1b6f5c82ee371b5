"""EncodedFrames: each frame is encoded once for all pages, and none of them gets an old one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from protocol.frames.frame_header import JPEG_ALPHA, RGBA8, unpack_header
from runtime.frames.frame import Frame
from runtime.frames.latest_frame import LatestFrame
from runtime.panel import encoded_frames
from runtime.panel.encoded_frames import EncodedFrames


@pytest.fixture
def latest(make_frame: Callable[..., Frame]) -> LatestFrame:
    latest = LatestFrame(9)
    latest.put(make_frame(1))
    return latest


def test_raw_frames_are_passed_as_they_are(latest: LatestFrame) -> None:
    async def run() -> None:
        frames = EncodedFrames(latest)
        generation, message = await frames.newest("raw")
        header = unpack_header(message)
        assert (generation, header.frame_id, header.format) == (1, 1, RGBA8)
        frames.close()

    asyncio.run(run())


def test_pages_of_one_encoding_share_the_work(latest: LatestFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []
    encode = encoded_frames.encode_message

    def count(message: bytes, encoding: str) -> bytes:
        encoded.append(threading.get_ident())
        return encode(message, encoding)  # type: ignore[arg-type]

    monkeypatch.setattr(encoded_frames, "encode_message", count)

    async def run() -> None:
        frames = EncodedFrames(latest)
        first, second = await asyncio.gather(*(frames.newest("jpeg") for _ in range(2)))
        third = await frames.newest("jpeg")
        assert unpack_header(first[1], formats=(JPEG_ALPHA,)).format == JPEG_ALPHA
        assert second[1] is third[1]
        assert first[1] == third[1]
        frames.close()
        frames.close()

    asyncio.run(run())
    assert len(encoded) <= 2
    assert threading.get_ident() not in encoded  # not on the event loop's thread


def test_a_newer_frame_is_encoded_anew(latest: LatestFrame, make_frame: Callable[..., Frame]) -> None:
    async def run() -> None:
        frames = EncodedFrames(latest)
        _, before = await frames.newest("jpeg")
        latest.put(make_frame(2))
        generation, after = await frames.newest("jpeg")
        assert generation == frames.generation == 2
        assert [unpack_header(message, formats=(JPEG_ALPHA,)).frame_id for message in (before, after)] == [
            1,
            2,
        ]
        frames.close()

    asyncio.run(run())
