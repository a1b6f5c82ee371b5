"""What the runtime and the program that makes avatars say to each other: one JSON object a line.

The program gets a private folder as its argument. It reads tasks from standard input, writes answers to standard output,
and ends when its input ends. It leaves the finished avatar in the folder's `AVATAR`, and pictures for the page beside it.
"""

from __future__ import annotations

from typing import Final

import msgspec

#: Files and folders below the program's folder.
PHOTO: Final = "photo"  # what the page sent, as it is
AVATAR: Final = "avatar"
PICTURE: Final = "picture.webp"  # the upright photo, at most PICTURE_PX a side
TURNING: Final = "turning.webp"
PICTURE_PX: Final = 1280

#: Left, top, right, bottom; or left, top, side. Shares of the picture's width.
Box = tuple[float, float, float, float]
Square = tuple[float, float, float]


class LookTask(msgspec.Struct, frozen=True, tag="look"):
    """Find the faces in PHOTO, and write PICTURE."""


class MakeTask(msgspec.Struct, frozen=True, tag="make", kw_only=True):
    """Make the avatar, and write TURNING.

    Attributes:
        face: from 1, left to right.
        cut: the square that the avatar shows; None = around the face.
        background: of `face.avatar.BACKGROUNDS`, or "" = the picture's own.
        at_rest: the face looks straight ahead without expression, as most drawn faces do.
    """

    face: int
    cut: Square | None = None
    background: str = ""
    at_rest: bool = False


class SeenFace(msgspec.Struct, frozen=True, kw_only=True):
    """One face of the photo.

    Attributes:
        box: around its landmarks.
        cut: the square around it that is used if no other is chosen.
        sides: shortest and longest side of a square that may be chosen, share of the picture's width.
    """

    box: Box
    cut: Square
    sides: tuple[float, float]


class Seen(msgspec.Struct, frozen=True, tag="seen", kw_only=True):
    """The photo was read: its size upright in pixels, and its faces, left to right."""

    width: int
    height: int
    faces: list[SeenFace]


class Step(msgspec.Struct, frozen=True, tag="step"):
    """A step of `of` begins: its name, and its number from 1."""

    name: str
    number: int
    of: int


class Made(msgspec.Struct, frozen=True, tag="made", kw_only=True):
    """The avatar is made.

    Attributes:
        warnings: what makes it look worse, and what to do.
        seconds: that it took.
    """

    warnings: list[str]
    seconds: float


class MakingRefused(msgspec.Struct, frozen=True, tag="refused"):
    """The task cannot be done; the message says why. The next task may be asked."""

    message: str


MakingTask = LookTask | MakeTask
MakingAnswer = Seen | Step | Made | MakingRefused

_TASKS: Final = msgspec.json.Decoder(MakingTask)
_ANSWERS: Final = msgspec.json.Decoder(MakingAnswer)


def line_of(message: MakingTask | MakingAnswer) -> bytes:
    """A message as a line of JSON, with its end."""
    return msgspec.json.encode(message) + b"\n"


def making_task_of(line: bytes) -> MakingTask:
    """The task of a line.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    task: MakingTask = _TASKS.decode(line)
    return task


def making_answer_of(line: bytes) -> MakingAnswer:
    """The answer of a line.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    answer: MakingAnswer = _ANSWERS.decode(line)
    return answer
