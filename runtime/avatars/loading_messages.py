"""What the runtime and its loading process say to each other: one JSON object a line."""

from __future__ import annotations

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


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """An avatar's arrays are in the file.

    Attributes:
        path: the folder, without links; "" without an avatar.
        name, background: as in `face.avatar.Avatar`.
        engine: the engine that it was prepared for.
        places: where its arrays lie.
    """

    path: str
    name: str
    background: str
    engine: str
    places: list[ArrayPlace]


class Described(msgspec.Struct, frozen=True, tag="described"):
    """Name and problem ("" = none) of each folder, in the order of the task."""

    folders: list[tuple[str, str]]


class Drawn(msgspec.Struct, frozen=True, tag="drawn"):
    """A WebP picture; empty = the file is no picture that may be shown."""

    picture: bytes


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The task cannot be done; the message says why."""

    message: str


Task = LoadTask | DescribeTask | ThumbnailTask
Answer = Loaded | Described | Drawn | Refused
