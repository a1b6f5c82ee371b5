"""PageClient: replies first, then the newest status, then one frame per acknowledgement."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from protocol.frames.frame_header import unpack_header
from protocol.messages import Reply
from runtime.frames.frame import Frame
from runtime.frames.latest_frame import LatestFrame
from runtime.panel.encoded_frames import EncodedFrames
from runtime.panel.page_client import MAX_REPLIES, PageClient


class Connection:
    """Keeps copies of what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send(self, message: Any) -> None:
        self.sent.append(message if isinstance(message, str) else bytes(message))
        await asyncio.sleep(0)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_page_gets_one_frame_per_acknowledgement_and_the_newest(make_frame: Callable[..., Frame]) -> None:
    async def run() -> None:
        latest, connection = LatestFrame(1), Connection()
        client = PageClient(connection, EncodedFrames(latest), "raw", "a status")  # type: ignore[arg-type]
        feeding = asyncio.create_task(client.feed())
        await settle()
        assert connection.sent == ["a status"]
        for number in (1, 2, 3):
            latest.put(make_frame(number))
            client.wake.set()
            await settle()
        assert [unpack_header(one).frame_id for one in connection.sent[1:]] == [1]
        client.has_drawn = True
        client.wake.set()
        await settle()
        client.has_drawn = True
        client.wake.set()
        await settle()
        assert [unpack_header(one).frame_id for one in connection.sent[1:]] == [1, 3]
        feeding.cancel()

    asyncio.run(run())


def test_replies_come_from_any_thread_in_order_and_their_number_is_bounded() -> None:
    async def run() -> None:
        connection = Connection()
        client = PageClient(connection, EncodedFrames(LatestFrame(1)), "raw", "")  # type: ignore[arg-type]

        def answer() -> None:
            for number in range(MAX_REPLIES + 5):
                client.answer(Reply(ok=True, request_id=str(number)))

        await asyncio.to_thread(answer)
        feeding = asyncio.create_task(client.feed())
        await settle()
        await settle()
        ids = [json.loads(text)["request_id"] for text in connection.sent]
        assert ids == [str(number) for number in range(5, MAX_REPLIES + 5)]
        feeding.cancel()

    asyncio.run(run())
