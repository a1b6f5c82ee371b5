"""Making: one page at a time sends a photo, chooses a face and a crop, and gets an avatar; or it sends an avatar file, or a
picture to stand behind avatars.

making = Making(program, changes, catalogs.import_avatar, catalogs.keep_background)
await making.serve(connection)           # one WebSocket, from its upload to the kept avatar

The work is done by a program of its own (`runtime.avatars.making_client`). A page sends bytes, numbers and a name, and
never a path.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from face.avatar import ORIGINAL_PHOTO
from face.errors import AvatarError
from protocol.errors import CodecError, FileError
from protocol.regular_file import read_regular
from runtime.avatars.making_client import MakingClient
from runtime.avatars.making_messages import (
    AVATAR,
    PHOTO,
    PICTURE,
    TURNING,
    LookTask,
    Made,
    MakeTask,
    MakingAnswer,
    MakingRefused,
    Seen,
    Step,
)
from runtime.avatars.shelf_changes import ShelfChanges
from runtime.errors import BackgroundError
from runtime.panel.making_requests import Upload, decode_making_request

#: Close code of the WebSocket; must match runtime/panel/making.js.
BUSY: Final = 4409
#: A page whose user does nothing for this long gives the place to another one.
IDLE_S: Final = 900.0
#: Largest picture that a page gets from the program.
MAX_PICTURE_BYTES: Final = 16 * 1024 * 1024
_MAX_WAITING: Final = 64
_PICTURES: Final[dict[type, str]] = {Seen: PICTURE, Made: TURNING}


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """The avatar is on the shelf, or the picture among the backgrounds, under this key."""

    key: str


class Making:
    """Belongs to one event loop.

    Args:
        program: the command of the program; () = this runtime makes no avatars, and only imports them.
        changes: where finished avatars are put.
        import_avatar: puts the avatar of a file on the shelf and returns its key; not called on the event loop.
        keep_background: keeps a picture file under a name and returns the name; not called on the event loop. None = none
            are kept.
    """

    def __init__(
        self,
        program: tuple[str, ...],
        changes: ShelfChanges,
        import_avatar: Callable[[Path], str],
        keep_background: Callable[[Path, str], str] | None = None,
    ) -> None:
        self._program = program
        self._changes = changes
        self._import = import_avatar
        self._keep_background = keep_background
        self._open: _Session | None = None

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one page until it closes its WebSocket, or its avatar is kept."""
        if self._open is not None:
            await connection.close(
                BUSY, "Another page is making an avatar; finish it there, or close that page"
            )
            return
        self._open = session = _Session(
            connection, self._program, self._changes, self._import, self._keep_background
        )
        try:
            await session.run()
        finally:
            self._open = None


class _Session:
    def __init__(
        self,
        connection: ServerConnection,
        program: tuple[str, ...],
        changes: ShelfChanges,
        import_avatar: Callable[[Path], str],
        keep_background: Callable[[Path, str], str] | None,
    ) -> None:
        self._connection = connection
        self._program = program
        self._changes = changes
        self._import = import_avatar
        self._keep_background = keep_background
        self._client: MakingClient | None = None
        self._answers: asyncio.Queue[MakingAnswer] = asyncio.Queue(_MAX_WAITING)
        self._loop = asyncio.get_running_loop()
        self._upload: BinaryIO | None = None
        self._request = Upload(kind="photo", size=0)  # of the last upload
        self._sent_file: Path | None = None
        self._missing = 0  # bytes of the upload that have not come yet
        self._is_working = False
        self._is_made = False

    async def run(self) -> None:
        telling = asyncio.create_task(self._tell())
        try:
            while await self._hear():
                pass
            await self._connection.close()
        except ConnectionClosed:
            pass
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await telling
            if self._upload is not None:
                self._upload.close()
            if self._sent_file is not None:
                await asyncio.to_thread(shutil.rmtree, self._sent_file.parent, True)
            if self._client is not None:
                await asyncio.to_thread(self._client.close)

    async def _hear(self) -> bool:
        """Handle one message; False: the session is over."""
        try:
            async with asyncio.timeout(None if self._is_working else IDLE_S):
                message = await self._connection.recv()
        except TimeoutError:
            await self._connection.close(BUSY, "Nothing was done here for a while; begin again")
            return False
        try:
            if isinstance(message, bytes):
                key = await self._take_bytes(message)
                if key:
                    await self._send(Kept(key))
                return not key
            request = decode_making_request(message)
            if self._is_working or self._upload is not None:
                raise AvatarError("the last step is not finished yet; wait for it")
            if isinstance(request, Upload):
                await self._begin_upload(request)
            elif isinstance(request, MakeTask):
                self._make(request)
            else:
                key = await asyncio.to_thread(self._keep, request.name, request.keep_photo)
                await self._send(Kept(key))
                return False
        except CodecError as error:
            await self._send(MakingRefused(error.detail or error.reason))
        except (AvatarError, BackgroundError, OSError) as error:
            await self._send(MakingRefused(str(error)))
        return True

    async def _begin_upload(self, request: Upload) -> None:
        self._is_made = False
        if request.kind != "photo":
            if self._sent_file is None:
                parent = await asyncio.to_thread(
                    tempfile.mkdtemp, prefix=".omote-", suffix=".making", dir=self._changes.folder
                )
                self._sent_file = Path(parent) / "avatar"
            self._upload = self._sent_file.open("wb")
        else:
            client = await asyncio.to_thread(self._ready_client)
            self._upload = (client.folder / PHOTO).open("wb")
        self._request = request
        self._missing = request.size

    async def _take_bytes(self, data: bytes) -> str:
        """Write the next bytes of the upload, and begin its work after the last; returns the key of what is kept then."""
        if self._upload is None:
            raise AvatarError("bytes came without a file; say first what they are")
        self._missing -= len(data)
        if self._missing >= 0:
            await asyncio.to_thread(self._upload.write, data)
        if self._missing > 0:
            return ""
        upload, self._upload = self._upload, None
        await asyncio.to_thread(upload.close)
        if self._missing < 0:
            raise AvatarError("the file is larger than was said; send it again")
        if self._request.kind != "photo":
            assert self._sent_file is not None
            return await asyncio.to_thread(self._take_file, self._sent_file)
        assert self._client is not None
        self._is_working = True
        self._client.ask(LookTask())
        return ""

    def _take_file(self, file: Path) -> str:
        """Keep an uploaded avatar or background; returns its key. Not on the event loop."""
        if self._request.kind == "avatar":
            return self._import(file)
        if self._keep_background is None:
            raise AvatarError("pictures cannot be kept here")
        return self._keep_background(file, self._request.name)

    def _make(self, request: MakeTask) -> None:
        if self._client is None:
            raise AvatarError("there is no photo yet; choose one")
        self._is_working, self._is_made = True, False
        self._client.ask(request)

    def _keep(self, name: str, keep_photo: bool) -> str:
        """Put the avatar on the shelf; returns its key. Not on the event loop."""
        if self._client is None or not self._is_made:
            raise AvatarError("there is no finished avatar; make it first")
        folder = self._client.folder
        if keep_photo:
            (folder / PHOTO).replace(folder / AVATAR / ORIGINAL_PHOTO)
        try:
            return self._changes.place(folder / AVATAR, name)
        except AvatarError:
            if keep_photo:
                (folder / AVATAR / ORIGINAL_PHOTO).replace(folder / PHOTO)
            raise

    def _ready_client(self) -> MakingClient:
        if not self._program:
            raise AvatarError("this program cannot make avatars; start Omote with: omote run")
        if self._client is None:
            self._client = MakingClient(self._program, self._changes.folder, self._heard)
        return self._client

    def _heard(self, answer: MakingAnswer) -> None:
        """On the client's thread."""
        with suppress(RuntimeError):  # the event loop has ended, and the connection with it
            self._loop.call_soon_threadsafe(self._put, answer)

    def _put(self, answer: MakingAnswer) -> None:
        if not isinstance(answer, Step):
            self._is_working = False
            self._is_made = isinstance(answer, Made)
        with suppress(asyncio.QueueFull):  # only steps can be so many, and the next one counts as well
            self._answers.put_nowait(answer)

    async def _tell(self) -> None:
        """Send answers and their pictures until the connection closes."""
        with suppress(ConnectionClosed):
            while True:
                answer = await self._answers.get()
                picture = await asyncio.to_thread(self._picture_of, answer)
                await self._send(answer)
                if picture is not None:
                    await self._connection.send(picture)

    def _picture_of(self, answer: MakingAnswer) -> bytes | None:
        name = _PICTURES.get(type(answer))
        if name is None or self._client is None:
            return None
        path: Path = self._client.folder / name
        try:
            return read_regular(path, max_bytes=MAX_PICTURE_BYTES, follow_links=False)
        except FileError:  # the page says that it has no picture
            return b""

    async def _send(self, message: MakingAnswer | Kept) -> None:
        await self._connection.send(msgspec.json.encode(message).decode())
