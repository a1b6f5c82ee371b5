"""PageClient: one open page and what waits for it: one status, one frame, a few replies.

client = PageClient(connection, pictures, "raw", status)
feeding = asyncio.create_task(client.feed())
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from protocol.messages import Reply
from runtime.panel.encoded_frames import EncodedFrames, PageEncoding
from runtime.panel.rate_limit import RateLimit

MAX_REPLIES: Final = 32


class PageClient:
    """Belongs to one event loop, but for `answer`.

    Attributes:
        wake: set it when there is something to send.
        status: JSON that is to be sent, "" = none.
        has_drawn: the page has drawn the last frame and may have another.
        rate_limit: how much it may say.
    """

    def __init__(
        self, connection: ServerConnection, pictures: EncodedFrames, wanted: PageEncoding, status: str
    ) -> None:
        self.wake = asyncio.Event()
        self.wake.set()
        self.status = status
        self.has_drawn = True
        self.rate_limit = RateLimit()
        self._connection = connection
        self._pictures = pictures
        self._wanted = wanted
        self._replies: deque[str] = deque(maxlen=MAX_REPLIES)
        self._generation = 0
        self._loop = asyncio.get_running_loop()

    def answer(self, reply: Reply) -> None:
        """Any thread: send a reply when the page has room for it."""
        self._replies.append(msgspec.json.encode(reply).decode())
        with suppress(RuntimeError):  # the event loop has ended, and the page with it
            self._loop.call_soon_threadsafe(self.wake.set)

    async def feed(self) -> None:
        """Send what is newest whenever there is something, until the page is gone."""
        with suppress(ConnectionClosed):
            while True:
                await self.wake.wait()
                self.wake.clear()
                while self._replies:
                    await self._connection.send(self._replies.popleft())
                if self.status:
                    status, self.status = self.status, ""
                    await self._connection.send(status)
                if self.has_drawn and self._pictures.generation != self._generation:
                    self.has_drawn = False
                    self._generation, message = await self._pictures.newest(self._wanted)
                    # `send` copies the message before it first waits, so the slot may be taken again
                    await self._connection.send(message)
