"""What the runtime and its loading process say to each other: one JSON object a line."""

from __future__ import annotations

import json

import msgspec

from runtime.avatars.array_handover import ArrayPlace
from runtime.avatars.preparation import AvatarChoice


class LoadTask(msgspec.Struct, frozen=True, tag="load"):
    """Prepare an avatar, and write its arrays to a new file."""

    choice: AvatarChoice
    file: str


class DescribeTask(msgspec.Struct, frozen=True, tag="describe"):
    """Read the manifests of folders."""

    paths: list[str]


class ThumbnailTask(msgspec.Struct, frozen=True, tag="thumbnail"):
    """Draw a small WebP picture of a file."""

    path: str


class PlateTask(msgspec.Struct, frozen=True, tag="plate"):
    """Read a picture that is to stand behind avatars, and write it to a new file, `size` pixels a side."""

    picture: str
    size: int
    file: str


class UnpackTask(msgspec.Struct, frozen=True, tag="unpack"):
    """Unpack an avatar file to a folder that does not exist yet, and check that the avatar can be worn."""

    file: str
    folder: str


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """An avatar's arrays are in the file.

    Attributes:
        path: the folder, without links; "" without an avatar.
        name, background, rest, limits: as in `face.avatar.Avatar`.
        engine: the engine that it was prepared for.
        places: where its arrays lie.
    """

    path: str
    name: str
    background: str
    engine: str
    places: list[ArrayPlace]
    rest: str
    limits: dict[str, tuple[float, float]]


class Plated(msgspec.Struct, frozen=True, tag="plated"):
    """The picture is in the file."""

    places: list[ArrayPlace]


class Described(msgspec.Struct, frozen=True, tag="described"):
    """Name and problem ("" = none) of each folder, in the order of the task."""

    folders: list[tuple[str, str]]


class Drawn(msgspec.Struct, frozen=True, tag="drawn"):
    """A WebP picture; empty = the file is no picture that may be shown."""

    picture: bytes


class Unpacked(msgspec.Struct, frozen=True, tag="unpacked"):
    """The folder holds an avatar of this name."""

    name: str


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The task cannot be done; the message says why."""

    message: str


Task = LoadTask | DescribeTask | ThumbnailTask | PlateTask | UnpackTask
Answer = Loaded | Described | Drawn | Plated | Unpacked | Refused


def to_line(message: Task | Answer) -> bytes:
    """A message as a line of JSON without its end; names of files that are no UTF-8 keep their unpaired surrogates."""
    return json.dumps(msgspec.to_builtins(message)).encode("ascii")


def task_of(line: bytes) -> Task:
    """The task of a line.

    Raises:
        ValueError: it is none.
    """
    task: Task = msgspec.convert(json.loads(line), type=Task)
    return task


def answer_of(line: bytes) -> Answer:
    """The answer of a line.

    Raises:
        ValueError: it is none.
    """
    answer: Answer = msgspec.convert(json.loads(line), type=Answer)
    return answer
