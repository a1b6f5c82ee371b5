"""Choosing an engine by name; only its module is imported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from numpy.typing import NDArray

from face.avatar import Avatar
from runtime.engines.engine import RendererEngine
from runtime.engines.prepared import PreparedAvatar
from runtime.errors import ConfigError
from runtime.inference.settings import NeuralSettings

if TYPE_CHECKING:
    from runtime.engines.gl_room import GlRoom

#: name -> module and class; the class takes the side of the frames in pixels.
ENGINES: Final[dict[str, tuple[str, str]]] = {
    "null": ("runtime.engines.null", "NullEngine"),
    "head": ("runtime.engines.head", "HeadEngine"),
    "retouch": ("runtime.engines.retouch", "RetouchEngine"),
    "tha": ("runtime.engines.tha", "ThaEngine"),
    "liveportrait": ("runtime.engines.liveportrait", "LivePortraitEngine"),
    "diffusion": ("runtime.engines.diffusion", "DiffusionEngine"),
}
#: The best engine for the avatar that works here and keeps the frame rate; see `runtime.avatars.slot`.
AUTO: Final = "auto"
#: Engines that run a network: their class takes settings, how to start, and the wanted frame rate as well.
_NEURAL: Final = ("retouch", "tha", "liveportrait", "diffusion")
#: Engines whose networks are large: made when they are asked for, and not before.
ON_REQUEST: Final = ("liveportrait", "diffusion")


#: name -> module and function that prepares an avatar's arrays for it; the null engine needs none.
_PREPARATIONS: Final[dict[str, tuple[str, str]]] = {
    "head": ("runtime.engines.head_prepare", "prepare_head"),
    "retouch": ("runtime.engines.retouch", "prepare_retouch"),
    "tha": ("runtime.tha.prepare", "prepare_tha"),
    "liveportrait": ("runtime.engines.liveportrait", "prepare_liveportrait"),
    "diffusion": ("runtime.engines.diffusion", "prepare_diffusion"),
}


def prepare_avatar(name: str, avatar: Avatar, size: int) -> PreparedAvatar:
    """Do everything for `RendererEngine.upload` that needs no graphics context.

    Args:
        name: the engine.
        avatar: a checked folder.
        size: side of the frames, pixels.

    Raises:
        ConfigError: no engine has this name.
        AvatarError: a file of the avatar is damaged or does not fit.
    """
    _check(name)
    arrays: dict[str, NDArray[Any]] = {}
    if name in _PREPARATIONS:
        module, function = _PREPARATIONS[name]
        arrays = getattr(import_module(module), function)(avatar, size)
    return PreparedAvatar(avatar, name, arrays)


def make_engine(
    name: str,
    size: int = 512,
    neural: NeuralSettings | None = None,
    *,
    start: Literal["load", "wait", "background"] = "load",
    fps: float = 0.0,
    room: GlRoom | None = None,
) -> RendererEngine:
    """Make an engine for square pictures of `size` pixels.

    Args:
        neural: settings of engines that run a network; None = the defaults.
        start: how such an engine loads it; see `runtime.engines.retouch.Start`.
        fps: the wanted frame rate, 0 = no limit.
        room: the OpenGL context in which head engines draw; None = one of its own.

    Raises:
        ConfigError: no engine has this name.
        RenderError: the engine cannot work here; says what to do.
    """
    _check(name)
    module, kind = ENGINES[name]
    make = getattr(import_module(module), kind)
    engine: RendererEngine
    if name in _NEURAL:
        engine = make(size, neural, start=start, fps=fps)
    else:
        engine = make(size, room=room) if name == "head" else make(size)
    return engine


def _check(name: str) -> None:
    if name not in ENGINES:
        raise ConfigError(f"there is no engine {name!r}; choose one of {', '.join(ENGINES)}")
