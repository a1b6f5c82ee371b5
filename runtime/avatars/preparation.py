"""From what a user typed to an avatar that an engine can upload: resolve, check, prepare.

prepared = prepare(AvatarChoice(text="avatars/me", size=512))
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from face.avatar import Avatar, load_avatar
from face.errors import AvatarError
from protocol.errors import OmoteError
from runtime.avatars.shelf import Shelf
from runtime.backgrounds.plates import own_plate_as
from runtime.engines import prepare_avatar
from runtime.engines.prepared import PreparedAvatar

#: The avatar of an installation without avatars: the null engine draws the channel values.
NO_AVATAR: Final = Avatar(path=Path(), name="numbers", engine="null", background="transparent", files={})


class AvatarChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One avatar, and how it is to be shown.

    Attributes:
        text: a folder, or the name of an avatar; "" = the default avatar.
        size: side of the frames in pixels.
        engine: a key of ENGINES; "" = the engine that the avatar was made for.
        is_retouched: whether the retouch engine draws avatars that were made for the head engine.
        background: of `backgrounds.background.KINDS`; "" = the avatar's own.
        local, user, named: folders of the `Shelf` on which a name is looked up; "" = its default.
    """

    text: str
    size: int
    engine: str = ""
    background: str = ""
    is_retouched: bool = False
    local: str = ""
    user: str = ""
    named: str = ""

    def on(self, shelf: Shelf) -> AvatarChoice:
        """The same choice, from another shelf."""
        named = "" if shelf.named is None else str(shelf.named)
        return msgspec.structs.replace(self, local=str(shelf.local), user=str(shelf.user), named=named)

    def path(self) -> Path | None:
        """The folder; None = no avatar is installed.

        Raises:
            AvatarError: no avatar is called so.
        """
        shelf = Shelf()
        if self.local or self.user or self.named:
            shelf = Shelf(Path(self.local), Path(self.user), Path(self.named) if self.named else None)
        return shelf.resolve(self.text)


def prepare(choice: AvatarChoice) -> PreparedAvatar:
    """Read, check and prepare an avatar.

    Its arrays hold `own_plate`, the avatar's own background, if it was made with one, and `plate`, which is made of it,
    unless nothing is behind the head.

    Raises:
        AvatarError: the avatar cannot be used. ConfigError: its engine does not exist.
    """
    path = None if choice.engine == "null" and not choice.text else choice.path()
    avatar = NO_AVATAR if path is None else load_avatar(path)
    engine = choice.engine or avatar.engine
    if engine == "head" and choice.is_retouched:
        engine = "retouch"
    engine = engine_for(avatar, engine)
    prepared = prepare_avatar(engine, avatar, choice.size)
    arrays = dict(prepared.arrays)
    own = arrays.pop("plate", None)
    if own is not None:  # the null engine has none
        arrays["own_plate"] = own
        plate = own_plate_as(choice.background, own, avatar.background)
        if plate is not None:
            arrays["plate"] = plate
    return replace(prepared, arrays=arrays, background=choice.background)


def engine_for(avatar: Avatar, engine: str) -> str:
    """The engine that draws an avatar: `engine`, or the avatar's own where that is "".

    Raises:
        AvatarError: it cannot draw this avatar.
    """
    if avatar.engine == "tha" and engine not in ("", "tha", "null"):
        raise AvatarError(
            f"{avatar.path} is a THA4 character, which the {engine} engine cannot draw; leave out --engine {engine}"
        )
    return engine or avatar.engine


def describe(path: Path) -> tuple[str, str]:
    """The name of an avatar for people, and why it cannot be loaded ("" = its manifest is whole)."""
    try:
        return load_avatar(path).name or path.name, ""
    except OmoteError as error:
        return path.name, str(error)
