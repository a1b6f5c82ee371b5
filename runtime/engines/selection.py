"""Choosing an engine by name; only its module is imported."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from runtime.engines.engine import RendererEngine
from runtime.errors import ConfigError

#: name -> module and class; the class takes the side of the frames in pixels.
ENGINES: Final[dict[str, tuple[str, str]]] = {
    "null": ("runtime.engines.null", "NullEngine"),
    "head": ("runtime.engines.head", "HeadEngine"),
}


def make_engine(name: str, size: int = 512) -> RendererEngine:
    """Make an engine for square pictures of `size` pixels.

    Raises:
        ConfigError: no engine has this name.
        RenderError: the engine cannot work here; says what to do.
    """
    if name not in ENGINES:
        raise ConfigError(f"there is no engine {name!r}; choose one of {', '.join(ENGINES)}")
    module, kind = ENGINES[name]
    engine: RendererEngine = getattr(import_module(module), kind)(size)
    return engine
