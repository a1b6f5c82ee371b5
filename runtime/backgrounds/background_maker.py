"""BackgroundMaker: makes the picture of a background while frames go on; of many requests the newest wins.

maker.request(BackgroundRequest(background, own, "keep", done))      # the loop
made = maker.take()                                                  # the loop, every frame
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocol.errors import OmoteError
from runtime.backgrounds.background import COLOUR, PICTURE, Background
from runtime.backgrounds.plates import Plate, colour_plate, own_plate_as
from runtime.errors import BackgroundError, SupersededError

_CLOSE_S: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundRequest:
    """One request for another background.

    Attributes:
        background: what is wanted.
        own: the avatar's own plate; None = it was made without one.
        made_as: how the avatar was made, of `face.avatar.BACKGROUNDS`.
        done: called once, from any thread: None = it is shown, else why not.
    """

    background: Background
    own: Plate | None
    made_as: str
    done: Callable[[OmoteError | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class MadeBackground:
    """A request and its picture, None = transparent, or why there is none."""

    request: BackgroundRequest
    result: Plate | OmoteError | None


class BackgroundMaker:
    """`request`, `take` and `close` belong to the frame loop's thread and never wait.

    Args:
        size: side of the frames, pixels.
        read_picture: reads a picture file as a plate of that size; may take long, and raises OmoteError.
    """

    def __init__(self, size: int, read_picture: Callable[[Path], Plate]) -> None:
        self._size = size
        self._read_picture = read_picture
        self._changed = threading.Condition()
        self._waiting: BackgroundRequest | None = None
        self._made: MadeBackground | None = None
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def request(self, request: BackgroundRequest) -> None:
        """Ask for a background; `take` gives it when it is ready."""
        with self._changed:
            before, self._waiting = self._waiting, request
            self._changed.notify_all()
        if before is not None:
            before.done(SupersededError("superseded: another background was asked for after it"))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="omote-background", daemon=True)
            self._thread.start()

    def take(self) -> MadeBackground | None:
        """What has become ready since the last call, if anything has."""
        if self._made is None:
            return None
        with self._changed:
            taken, self._made = self._made, None
            self._changed.notify_all()
        return taken

    def make(self, background: Background, own: Plate | None, made_as: str) -> Plate | None:
        """The picture of a background; None = transparent.

        Raises:
            OmoteError: a picture cannot be read.
        """
        if background.kind == COLOUR:
            return colour_plate(background.colour, self._size)
        if background.kind == PICTURE:
            assert background.picture is not None
            return self._read_picture(background.picture)
        return None if own is None else own_plate_as(background.kind, own, made_as)

    def close(self) -> None:
        """Stop, and refuse what waits; may be called twice."""
        with self._changed:
            self._is_closed = True
            waiting, self._waiting = self._waiting, None
            made, self._made = self._made, None
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSE_S)
        for request in (waiting, made.request if made else None):
            if request is not None:
                request.done(BackgroundError("the runtime stops; the background is not changed"))

    def _work(self) -> None:
        """The making thread."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or (self._waiting and self._made is None))
                if self._is_closed or self._waiting is None:
                    return
                request, self._waiting = self._waiting, None
            result: Plate | OmoteError | None
            try:
                result = self.make(request.background, request.own, request.made_as)
            except OmoteError as error:
                result = error
            except Exception as error:  # the thread must live on
                result = BackgroundError(f"the background cannot be made ({type(error).__name__}: {error})")
            with self._changed:
                if not self._is_closed:
                    self._made = MadeBackground(request, result)
                    continue
            request.done(BackgroundError("the runtime stops; the background is not changed"))
