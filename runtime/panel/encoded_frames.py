"""EncodedFrames: the newest frame in the encoding that a page wants; each frame is encoded once for all pages.

generation, message = await frames.newest("webp")
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Literal

from runtime.frames.frame_encoding import ENCODINGS, Encoding, encode_message
from runtime.frames.latest_frame import LatestFrame

PageEncoding = Literal["raw", "webp", "jpeg"]
PAGE_ENCODINGS: Final[tuple[PageEncoding, ...]] = ("raw", *ENCODINGS)


class EncodedFrames:
    """Belongs to one event loop. Encodes on a thread of its own, which starts with the first WebP or JPEG page."""

    def __init__(self, latest: LatestFrame) -> None:
        self._latest = latest
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="omote-encoder")
        self._making: dict[Encoding, asyncio.Task[tuple[int, bytes]]] = {}

    @property
    def generation(self) -> int:
        """The number of the newest frame; rises by one per frame."""
        return self._latest.generation

    async def newest(self, wanted: PageEncoding) -> tuple[int, bytes | bytearray]:
        """Encode the newest frame, or return it if it is encoded already.

        Returns:
            Generation, and the message: header and pixels or file. A raw message is overwritten by the next call from any
            page, so it must be copied before the caller awaits anything.
        """
        if wanted == "raw":
            return self._latest.take()
        encoding: Encoding = wanted
        making = self._making.get(encoding)
        if making is not None and not making.done():
            await asyncio.wait(
                [making]
            )  # the running work may be for an older frame; pages share the next one
            making = self._making.get(encoding)
        if making is None or (making.done() and not self._is_newest(making)):
            making = self._making[encoding] = asyncio.create_task(self._make(encoding))
        return await asyncio.shield(making)

    def close(self) -> None:
        """Cancel the work and end the thread; may be called twice."""
        for making in self._making.values():
            making.cancel()
        self._encoder.shutdown(wait=False, cancel_futures=True)

    def _is_newest(self, made: asyncio.Task[tuple[int, bytes]]) -> bool:
        with suppress(asyncio.CancelledError, Exception):
            return made.result()[0] == self._latest.generation
        return False

    async def _make(self, encoding: Encoding) -> tuple[int, bytes]:
        generation, message = self._latest.take()
        copy = bytes(message)  # the slot overwrites its message with the next `take`
        loop = asyncio.get_running_loop()
        return generation, await loop.run_in_executor(self._encoder, encode_message, copy, encoding)
