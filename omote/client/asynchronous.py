"""AsyncOmote: `Omote` for asyncio. What waits there is awaited here; what drives never waits and is called as it is.

async with AsyncOmote() as face:
    face.emotion(happy=1, weight=0.7)
    async for frame in face.frames():
        show(frame.pixels)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from types import TracebackType
from typing import Self

from omote.client.blocking import Omote
from omote.client.composed_motion import ComposedMotion
from omote.client.driving import Driving
from omote.client.feed import Feed, T, Transport, frame_feed, motion_feed
from omote.client.runtime_address import RuntimeAddress
from omote.readers.reader import ReceivedFrame
from protocol.messages import Status


class AsyncOmote(Driving):
    """Has the methods of `Omote`, documented there. Belongs to one event loop; methods that drive to any thread.

    Waiting happens in threads, because ZeroMQ's own asyncio needs another package on Windows. A command that is
    cancelled is not awaited any more, but the runtime still does it.
    """

    def __init__(
        self,
        *,
        source: str = "",
        address: RuntimeAddress | None = None,
        timeout_s: float = 2.0,
        must_run: bool = True,
    ) -> None:
        """As `Omote`."""
        self._blocking = Omote(source=source, address=address, timeout_s=timeout_s, must_run=must_run)
        super().__init__(self._blocking.source, self._blocking.address, self._blocking._sender)
        self._timeout_s = timeout_s
        self._must_run = must_run

    async def wait(self, timeout_s: float | None = None) -> None:
        """As `Omote.wait`."""
        await asyncio.to_thread(self._blocking.wait, timeout_s)

    async def close(self) -> None:
        """As `Omote.close`."""
        self._blocking._ends.set()
        await asyncio.to_thread(self._blocking.close)

    async def __aenter__(self) -> Self:
        self._blocking._check_open()
        if self._must_run:
            try:
                await self.wait(self._timeout_s)
            except BaseException:
                await self.close()
                raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def frames(
        self,
        *,
        transport: Transport | None = None,
        stream: str = "",
        timeout_s: float | None = None,
    ) -> AsyncIterator[ReceivedFrame]:
        """As `Omote.frames`. After leaving the loop early, `contextlib.aclosing` closes the reader at once."""
        ends = self._blocking._ends
        async for frame in _each(
            lambda: frame_feed(
                self.address, transport, stream or self.address.stream, ends=ends, timeout_s=timeout_s
            )
        ):
            yield frame

    async def motion(self, *, timeout_s: float | None = None) -> AsyncIterator[ComposedMotion]:
        """As `Omote.motion`."""
        ends = self._blocking._ends
        async for motion in _each(lambda: motion_feed(self.address, ends=ends, timeout_s=timeout_s)):
            yield motion

    async def status(self) -> Status:
        """As `Omote.status`."""
        return await asyncio.to_thread(self._blocking.status)

    async def load_avatar(self, avatar: str | PathLike[str]) -> None:
        """As `Omote.load_avatar`."""
        await asyncio.to_thread(self._blocking.load_avatar, avatar)

    async def recenter(self, source: str = "") -> None:
        """As `Omote.recenter`."""
        await asyncio.to_thread(self._blocking.recenter, source)

    async def release(self, source: str = "") -> None:
        """As `Omote.release`."""
        await asyncio.to_thread(self._blocking.release, source)

    async def record(self, take: str = "") -> None:
        """As `Omote.record`."""
        await asyncio.to_thread(self._blocking.record, take)

    async def stop_recording(self) -> None:
        """As `Omote.stop_recording`."""
        await asyncio.to_thread(self._blocking.stop_recording)

    async def takes(self) -> list[str]:
        """As `Omote.takes`."""
        return await asyncio.to_thread(self._blocking.takes)

    async def replay(self, take: str, *, loop: bool = False) -> None:
        """As `Omote.replay`."""
        await asyncio.to_thread(self._blocking.replay, take, loop=loop)

    async def stop_replay(self) -> None:
        """As `Omote.stop_replay`."""
        await asyncio.to_thread(self._blocking.stop_replay)

    async def stop_runtime(self) -> None:
        """As `Omote.stop_runtime`."""
        await asyncio.to_thread(self._blocking.stop_runtime)


async def _each(open_feed: Callable[[], Feed[T]]) -> AsyncIterator[T]:
    """The items of a feed, whose reader lives in a thread of its own."""
    events = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="omote-feed")
    feed = await events.run_in_executor(thread, open_feed)
    try:
        while (item := await events.run_in_executor(thread, feed.next)) is not None:
            yield item
    finally:
        thread.submit(feed.close)
        thread.shutdown(wait=False)
