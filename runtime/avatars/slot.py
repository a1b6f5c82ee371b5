"""AvatarSlot: the loaded avatar and the engine that draws it; changed between two frames.

slot = AvatarSlot(size=512)
slot.load(Path("avatars/me"))
pixels = slot.engine.render(motion, now_s)
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from face.avatar import Avatar, load_avatar
from face.errors import AvatarError
from protocol.errors import OmoteError
from runtime.avatars.builtin import find_builtin
from runtime.engines import make_engine
from runtime.engines.engine import RendererEngine

#: The avatar of an installation without avatars: the null engine draws the channel values.
_NO_AVATAR: Final = Avatar(path=Path(), name="numbers", engine="null", background="transparent", files={})


class AvatarSlot:
    """Belongs to the loop's thread, as the engine does.

    Args:
        size: side of the frames in pixels.
        engine: a key of ENGINES; "" = the engine that each avatar was made for.
        background: "keep", "transparent" or "plate"; "" = each avatar's own.

    Attributes:
        avatar: the loaded avatar.
        engine: the engine that draws it.
    """

    avatar: Avatar
    engine: RendererEngine

    def __init__(self, *, size: int, engine: str = "", background: str = "") -> None:
        self.size = size
        self._engine_name = engine
        self._background = background
        self._is_made = False

    def load(self, path: Path | None) -> None:
        """Load an avatar; None = the default avatar, or the channel values if none is installed.

        Raises:
            AvatarError: the folder cannot be used; the avatar before stays loaded.
            RenderError: its engine cannot work here; the avatar before stays loaded.
        """
        if path is None and self._engine_name != "null":
            path = find_builtin("")
        avatar = _NO_AVATAR if path is None else load_avatar(path)
        if self._background:
            if self._background != "transparent" and avatar.background == "transparent":
                raise AvatarError(
                    f"{avatar.path} was made without a background, so {self._background!r} cannot be shown; "
                    "make it again with --background keep"
                )
            avatar = replace(avatar, background=self._background)
        name = self._engine_name or avatar.engine
        if self._is_made and self.engine.name == name:
            self._change(avatar)
            return
        engine = make_engine(name, self.size)
        try:
            engine.set_avatar(avatar)
        except BaseException:
            engine.close()
            raise
        self.close()
        self.engine, self.avatar, self._is_made = engine, avatar, True

    @property
    def worn(self) -> str:
        """The name of the loaded avatar's folder; "" without an avatar."""
        path = self.avatar.path
        return path.resolve().name if path.name else ""

    def close(self) -> None:
        """Close the engine; may be called twice."""
        if self._is_made:
            self.engine.close()
            self._is_made = False

    def _change(self, avatar: Avatar) -> None:
        try:
            self.engine.set_avatar(avatar)
        except OmoteError:
            self.engine.set_avatar(self.avatar)  # undo what is half done
            raise
        self.avatar = avatar
