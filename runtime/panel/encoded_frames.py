"""EncodedFrames: the newest frame in the encoding a page wants; each is encoded once, however many want it.

generation, message = await pictures.newest("webp")
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
    """Belongs to one event loop; encodes on a thread of its own, which begins with the first such page."""

    def __init__(self, latest: LatestFrame) -> None:
        self._latest = latest
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="omote-encoder")
        self._making: dict[Encoding, asyncio.Task[tuple[int, bytes]]] = {}

    @property
    def generation(self) -> int:
        """Rises by one a frame."""
        return self._latest.generation

    async def newest(self, wanted: PageEncoding) -> tuple[int, bytes | bytearray]:
        """The newest frame's generation and message.

        A raw message stays as it is until the next call of anybody: hand it on before waiting for anything.
        """
        if wanted == "raw":
            return self._latest.take()
        encoding: Encoding = wanted
        making = self._making.get(encoding)
        if making is not None and not making.done():
            await asyncio.wait([making])  # what was begun for another page may be old; the next is shared
            making = self._making.get(encoding)
        if making is None or (making.done() and not self._is_newest(making)):
            making = self._making[encoding] = asyncio.create_task(self._make(encoding))
        return await asyncio.shield(making)

    def close(self) -> None:
        """End the thread; may be called twice."""
        for making in self._making.values():
            making.cancel()
        self._encoder.shutdown(wait=False, cancel_futures=True)

    def _is_newest(self, made: asyncio.Task[tuple[int, bytes]]) -> bool:
        with suppress(asyncio.CancelledError, Exception):
            return made.result()[0] == self._latest.generation
        return False

    async def _make(self, encoding: Encoding) -> tuple[int, bytes]:
        generation, message = self._latest.take()
        copy = bytes(message)  # the slot's own is overwritten by the next `take`
        loop = asyncio.get_running_loop()
        return generation, await loop.run_in_executor(self._encoder, encode_message, copy, encoding)
