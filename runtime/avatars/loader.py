"""AvatarLoader: prepares avatars while the frame loop goes on; of many requests the newest wins.

loader.request(LoadRequest("avatars/me", done))      # the loop
loaded = loader.take()                               # the loop, every frame
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from face.errors import AvatarError
from protocol.errors import OmoteError
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.preparation import AvatarChoice
from runtime.avatars.shelf import Shelf
from runtime.engines.prepared import PreparedAvatar
from runtime.errors import SupersededError

#: Between two avatars: a client that asks all the time must not keep a core from the frames.
PAUSE_S: Final = 0.5
_CLOSE_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One request for another avatar.

    Attributes:
        text: a folder, or the name of an avatar; "" = the default avatar.
        done: called once, from any thread: None = the avatar is worn, else why not.
        shelf: where a name is looked up; None = `Shelf()`.
    """

    text: str
    done: Callable[[OmoteError | None], None]
    shelf: Shelf | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LoadResult:
    """A request, and what became of it."""

    request: LoadRequest
    result: PreparedAvatar | OmoteError


class AvatarLoader:
    """`request`, `take` and `close` belong to the frame loop's thread and never wait.

    One request is being read, and one waits; a newer one takes the place of the one that waits. So the avatar that was
    asked for last is always the one that is worn in the end, and a client that asks all the time sees others meanwhile.

    Args:
        choice: size, engine and background of every avatar.
        client: the process that reads; the loader closes it.
        is_shared: other loaders use the client too, and its owner closes it.
    """

    def __init__(self, choice: AvatarChoice, client: LoadingClient, *, is_shared: bool = False) -> None:
        self._is_shared = is_shared
        self._choice = choice
        self._client = client
        self._changed = threading.Condition()
        self._waiting: LoadRequest | None = None
        self._result: LoadResult | None = None
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def show_behind(self, background: str) -> None:
        """The kind of background that avatars are prepared with from now on, of `backgrounds.background.KINDS`."""
        self._choice = msgspec.structs.replace(self._choice, background=background)

    def read_picture(self, path: Path) -> NDArray[np.uint8]:
        """A picture as a plate, (size, size, 4) uint8; blocks, and may be called on any thread.

        Raises:
            AvatarError: it cannot be used.
        """
        return self._client.plate(path, self._choice.size)

    def load(self, text: str, shelf: Shelf | None = None, *, is_first: bool = True) -> PreparedAvatar:
        """Prepare an avatar and wait for it.

        Args:
            text, shelf: as in `LoadRequest`.
            is_first: as of `LoadingClient.load`.

        Raises:
            OmoteError: it cannot be used.
        """
        choice = msgspec.structs.replace(self._choice, text=text)
        return self._client.load(choice if shelf is None else choice.on(shelf), is_first=is_first)

    def request(self, request: LoadRequest) -> None:
        """Ask for an avatar; `take` gives it when it is ready."""
        with self._changed:
            before, self._waiting = self._waiting, request
            self._changed.notify_all()
        if before is not None:
            before.done(
                SupersededError(f"{_named(before)} was superseded: {_named(request)} was asked for after it")
            )
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="omote-loader", daemon=True)
            self._thread.start()

    def take(self) -> LoadResult | None:
        """What has become ready since the last call, if anything has."""
        if self._result is None:
            return None
        with self._changed:
            taken, self._result = self._result, None
            self._changed.notify_all()
        return taken

    def close(self) -> None:
        """Stop reading, and refuse what waits; may be called twice.

        With a shared client it waits for nothing, so that other faces lose no frame: what is being read is refused when it
        is there.
        """
        with self._changed:
            self._is_closed = True
            waiting, self._waiting = self._waiting, None
            result, self._result = self._result, None
            self._changed.notify_all()
        if not self._is_shared:
            self._client.close()  # ends what is being read
            if self._thread is not None:
                self._thread.join(_CLOSE_S)
        for request in (waiting, result.request if result else None):
            if request is not None:
                request.done(AvatarError(f"the runtime stops; {_named(request)} is not loaded"))

    def _work(self) -> None:
        """The loading thread."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or (self._waiting and self._result is None))
                if self._is_closed or self._waiting is None:
                    return
                request, self._waiting = self._waiting, None
            result: PreparedAvatar | OmoteError
            try:
                result = self.load(request.text, request.shelf, is_first=False)
            except OmoteError as error:
                result = error
            except Exception as error:  # the thread must live on
                result = AvatarError(f"{_named(request)} cannot be loaded ({type(error).__name__}: {error})")
            with self._changed:
                if not self._is_closed:
                    self._result = LoadResult(request, result)
                    self._changed.wait_for(lambda: self._is_closed, PAUSE_S)
                    continue
            request.done(AvatarError(f"the runtime stops; {_named(request)} is not loaded"))


def _named(request: LoadRequest) -> str:
    return request.text[:300] or "the default avatar"
