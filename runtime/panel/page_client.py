"""PageClient: the connection to one open page, and what is to be sent to it: replies, one status, one frame.

client = PageClient(connection, frames, "raw", status)
feeding = asyncio.create_task(client.feed())
"""

from __future__ import annotations

import asyncio
import time
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
#: A page that takes longer to draw a frame gives way when all places are taken.
SLOW_S: Final = 5.0


class PageClient:
    """Belongs to one event loop; only `answer` may be called from any thread.

    Args:
        connection: the WebSocket.
        frames: encodes the frames.
        wanted: the encoding of this page's frames.
        status: JSON of the newest status, "" = none yet.
        peer: under which its source names are kept, "panel 3".

    Attributes:
        connection: the WebSocket.
        wake: set it when there is something to send.
        status: JSON that is to be sent, "" = none.
        has_drawn: the page has acknowledged the last frame.
        has_spoken: the page has sent a valid message.
        rate_limit: of the messages from the page.
    """

    def __init__(
        self,
        connection: ServerConnection,
        frames: EncodedFrames,
        wanted: PageEncoding,
        status: str,
        peer: str = "panel",
    ) -> None:
        self.wake = asyncio.Event()
        self.wake.set()
        self.status = status
        self.has_drawn = True
        self.has_spoken = False
        self.peer = peer
        self.connection = connection
        self.rate_limit = RateLimit()
        self._frames = frames
        self._wanted = wanted
        self._replies: deque[str] = deque(maxlen=MAX_REPLIES)
        self._generation = 0
        self._sent_s = 0.0
        self._loop = asyncio.get_running_loop()

    def answer(self, reply: Reply) -> None:
        """Queue a reply, from any thread; when the queue is full, the oldest reply is dropped."""
        self._replies.append(msgspec.json.encode(reply).decode())
        with suppress(RuntimeError):  # the event loop has ended, and the connection with it
            self._loop.call_soon_threadsafe(self.wake.set)

    def is_idle(self, now_s: float) -> bool:
        """Whether the page gives way to a new one: it has said nothing, or has not drawn its frame for `SLOW_S`."""
        return not self.has_spoken or (not self.has_drawn and now_s - self._sent_s > SLOW_S)

    async def close(self, code: int, reason: str) -> None:
        """Close the connection, within the server's time-out."""
        await self.connection.close(code, reason)

    async def feed(self) -> None:
        """Send replies, the newest status and the newest frame whenever there are any, until the connection closes."""
        with suppress(ConnectionClosed):
            while True:
                await self.wake.wait()
                self.wake.clear()
                while self._replies:
                    await self.connection.send(self._replies.popleft())
                if self.status:
                    status, self.status = self.status, ""
                    await self.connection.send(status)
                if self.has_drawn and self._frames.generation != self._generation:
                    self.has_drawn = False
                    self._sent_s = time.monotonic()
                    self._generation, message = await self._frames.newest(self._wanted)
                    # `send` copies the message before its first await, so the slot may be overwritten after it
                    await self.connection.send(message)
