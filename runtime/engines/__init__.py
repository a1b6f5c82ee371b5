"""Engines: Motion -> pixels."""

from runtime.engines.selection import AUTO, ENGINES, make_engine, prepare_avatar

__all__ = ["AUTO", "ENGINES", "make_engine", "prepare_avatar"]
